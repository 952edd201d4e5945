import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeDisk } from './node-disk.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headrace-disk-'))
})
afterAll(() => rm(directory, { recursive: true }))

test('buffers are written one behind the other and read back from any position', async () => {
  const file = await nodeDisk.open(join(directory, 'a'), { create: true })
  await file.write([Buffer.from('abc'), Buffer.alloc(0), Buffer.from('def')], 2)
  await file.sync()
  const target = Buffer.alloc(10)
  expect(await file.read(target, 1)).toBe(7)
  expect(target.toString('latin1')).toBe('\0abcdef\0\0\0')
  expect(await file.size()).toBe(8)
  await file.truncate(3)
  expect(await nodeDisk.size(join(directory, 'a'))).toBe(3)
  await file.close()
})

test('more buffers than one system call takes are all written', async () => {
  const file = await nodeDisk.open(join(directory, 'many'), { create: true })
  const buffers = Array.from({ length: 3000 }, (_, index) => Buffer.from(`${index},`))
  await file.write(buffers, 0)
  const target = Buffer.alloc(20_000)
  const count = await file.read(target, 0)
  expect(target.subarray(0, count).equals(Buffer.concat(buffers))).toBe(true)
  await file.close()
})

test('opening again keeps the bytes, exclusive creation refuses', async () => {
  const path = join(directory, 'b')
  const file = await nodeDisk.open(path, { create: true, exclusive: true })
  await file.write([Buffer.from('kept')], 0)
  await file.close()
  const again = await nodeDisk.open(path, { create: true })
  expect(await again.size()).toBe(4)
  await again.close()
  await expect(nodeDisk.open(path, { create: true, exclusive: true })).rejects.toMatchObject({
    kind: 'conflict',
  })
})

test('what is absent is told apart', async () => {
  const path = join(directory, 'absent')
  expect(await nodeDisk.size(path)).toBeUndefined()
  await nodeDisk.remove(path)
  await expect(nodeDisk.open(path)).rejects.toMatchObject({ kind: 'not-found' })
  await nodeDisk.makeDirectory(join(directory, 'd', 'e'))
  await nodeDisk.makeDirectory(join(directory, 'd', 'e'))
  await nodeDisk.syncDirectory(join(directory, 'd'))
  expect(await nodeDisk.list(join(directory, 'd'))).toEqual(['e'])
})

test('a file that is opened synced is written and read like any other', async () => {
  const file = await nodeDisk.open(join(directory, 'synced'), { create: true, synced: true })
  await file.write([Buffer.from('ab'), Buffer.from('cd')], 1)
  const target = Buffer.alloc(5)
  expect(await file.read(target, 0)).toBe(5)
  expect(target.toString('latin1')).toBe('\0abcd')
  await file.close()
})
