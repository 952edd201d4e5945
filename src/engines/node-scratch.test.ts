import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSeededRandom } from '../base/random.ts'
import { openNodeScratch } from './node-scratch.ts'

const open = async () => {
  const root = mkdtempSync(join(tmpdir(), 'headrace-scratch-'))
  const space = await openNodeScratch(join(root, 'scratch'), createSeededRandom(1))
  return { root, directory: await space.create('job') }
}

test('a linked file keeps its bytes when its source goes, and is replaced by a later one', async () => {
  const { root, directory } = await open()
  const source = join(root, 'object')
  writeFileSync(source, 'one')
  await directory.link(source, 'bucket/year=2018/a.json')
  await directory.link(source, 'bucket/year=2018/a.json')
  rmSync(source)
  writeFileSync(source, 'two!')
  await directory.link(source, 'bucket/b.json')
  const read = (name: string) => readFileSync(join(directory.path, name), 'utf8')
  expect(read('bucket/year=2018/a.json')).toBe('one')
  await directory.link(source, 'bucket/year=2018/a.json')
  expect(read('bucket/year=2018/a.json')).toBe('two!')
  expect(await directory.files('bucket')).toEqual([
    { name: 'b.json', sizeBytes: 4 },
    { name: 'year=2018/a.json', sizeBytes: 4 },
  ])
  expect(await directory.files('nowhere')).toEqual([])
  expect((await directory.files('.')).length).toBe(2)
})

test('a name that is a file and a folder is a conflict', async () => {
  const { root, directory } = await open()
  const source = join(root, 'object')
  writeFileSync(source, 'one')
  await directory.link(source, 'a')
  await expect(directory.link(source, 'a/b')).rejects.toMatchObject({ kind: 'conflict' })
  await directory.link(source, 'c/d')
  await expect(directory.link(source, 'c')).rejects.toMatchObject({ kind: 'conflict' })
})
