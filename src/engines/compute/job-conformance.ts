import { describe, expect, test } from 'vitest'
import type { CodeFile, ComputeEngine, JobSpec } from './port.ts'

/** The part of the conformance suite that is about jobs and about the code of functions. */

const MEGABYTE = 1024 ** 2

export function jobConformance(engine: () => ComputeEngine): void {
  const start = (script: string, more: Partial<JobSpec> = {}) =>
    engine().start({
      name: 'job',
      command: 'sh',
      arguments: ['-c', script],
      directory: '/',
      environment: {},
      onLog: () => undefined,
      ...more,
    })

  describe('jobs', () => {
    test('a job runs to its end and tells its lines', async () => {
      const lines: string[] = []
      const job = await start('echo out; echo err >&2; exit 5', {
        onLog: (line, stream) => void lines.push(`${stream} ${line}`),
      })
      expect(await job.ended).toEqual({ kind: 'exited', code: 5 })
      expect(lines.sort()).toEqual(['stderr err', 'stdout out'])
    })

    test('a job asks on descriptor 4 and is answered on descriptor 3', async () => {
      const job = await start('echo question >&4; read answer <&3; echo "$answer!" >&4')
      let heard = ''
      job.requests.on('data', (chunk: Buffer) => {
        heard += chunk
        if (heard === 'question\n') job.respond(Buffer.from('answer\n'))
      })
      expect(await job.ended).toEqual({ kind: 'exited', code: 0 })
      expect(heard).toBe('question\nanswer!\n')
    })

    test('a job that takes too long ends, and so does what it has started', async () => {
      const lines: string[] = []
      const job = await start('sleep 1000 & echo $!; wait', {
        timeoutMs: 200,
        onLog: (line) => void lines.push(line),
      })
      expect(await job.ended).toEqual({ kind: 'killed', reason: 'timeout' })
      await expect.poll(() => isAlive(Number(lines[0])), { timeout: 5000 }).toBe(false)
    })

    test('a stopped job ends', async () => {
      const job = await start('sleep 1000')
      job.stop()
      expect(await job.ended).toEqual({ kind: 'killed', reason: 'stopped' })
    })

    test('a job that eats memory ends at its limit', async () => {
      const job = await start('x=aaaaaaaa; while :; do x="$x$x"; done', {
        memoryBytes: 20 * MEGABYTE,
      })
      expect(await job.ended).toEqual({ kind: 'killed', reason: 'memory' })
    })

    test('a job whose program is not there is refused', async () => {
      await expect(start('', { command: 'no-such-program' })).rejects.toMatchObject({
        kind: 'unavailable',
      })
    })
  })
}

export function codeConformance(engine: () => ComputeEngine): void {
  describe('code', () => {
    test('code that is there is not asked for again', async () => {
      let asked = 0
      const files = () => {
        asked++
        return filesOf({ 'a/b.txt': 'text' })
      }
      const paths = await Promise.all([1, 2].map(() => engine().installCode('twice', files)))
      expect(new Set(paths).size).toBe(1)
      await engine().removeCode('twice')
      await engine().installCode('twice', files)
      expect(asked).toBe(2)
    })

    test.each(['../out', '/etc/out', 'a/../../out', ''])('the path %j is refused', async (path) => {
      const files = () => filesOf({ [path]: 'text' })
      await expect(engine().installCode('escape', files)).rejects.toMatchObject({ kind: 'invalid' })
    })
  })
}

export async function* filesOf(sources: Record<string, string>): AsyncIterable<CodeFile> {
  for (const [path, text] of Object.entries(sources)) {
    yield { path, bytes: Buffer.from(text), executable: false }
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch {
    return false
  }
}
