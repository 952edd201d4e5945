import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemRandom as random } from '../base/random.ts'
import { lockDataDirectory } from './data-directory.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'headrace-lock-'))
})
afterAll(() => rm(home, { recursive: true }))

it('a held directory is refused until it is released', async () => {
  const directory = join(home, 'held')
  const first = await lockDataDirectory(directory, { random })
  await expect(lockDataDirectory(directory, { random })).rejects.toMatchObject({ kind: 'conflict' })
  await first.release()
  const second = await lockDataDirectory(directory, { random })
  await second.release()
  expect(await readdir(directory)).toEqual([])
})

it('a directory with a long path can be held', async () => {
  const directory = join(home, 'd'.repeat(120), 'e'.repeat(120))
  const lock = await lockDataDirectory(directory, { random })
  await expect(lockDataDirectory(directory, { random })).rejects.toMatchObject({ kind: 'conflict' })
  await lock.release()
})

it('the lock of a killed process is free at once, and never two get it', async () => {
  const directory = join(home, 'killed')
  await (await lockDataDirectory(directory, { random })).release()
  for (let round = 0; round < 3; round++) {
    await lockInAProcessAndKillIt(join(directory, 'lock.000000000000'))
    expect(await readdir(directory)).toEqual(['lock.000000000000'])
    const takers = await Promise.allSettled(
      Array.from({ length: 8 }, () => lockDataDirectory(directory, { random })),
    )
    const locks = takers.flatMap((taker) => (taker.status === 'fulfilled' ? [taker.value] : []))
    expect(locks.length).toBeLessThanOrEqual(1)
    for (const lock of locks) await lock.release()
    const alone = await lockDataDirectory(directory, { random })
    await alone.release()
    expect(await readdir(directory)).toEqual([])
  }
})

/** A process that listens on the path as the holder of a lock does, killed while it listens. */
async function lockInAProcessAndKillIt(path: string): Promise<void> {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('held'))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
}
