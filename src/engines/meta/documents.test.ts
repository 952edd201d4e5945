import { expect, it } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createDocuments } from './documents.ts'

interface Stream {
  readonly shards: number
}
const scope = { accountId: '000000000000', region: 'us-east-1' }
const streamsOf = () => createDocuments<Stream>(createMemoryMeta(), 'kinesis/stream')

it('a document is created once, read back, replaced and removed', async () => {
  const streams = streamsOf()
  expect(await streams.create(scope, ['clicks'], { shards: 1 })).toBe(true)
  expect(await streams.create(scope, ['clicks'], { shards: 2 })).toBe(false)
  expect(await streams.get(scope, 'clicks')).toEqual({ shards: 1 })
  await streams.put(scope, ['clicks'], { shards: 3 })
  expect(await streams.get(scope, 'clicks')).toEqual({ shards: 3 })
  expect(await streams.remove(scope, 'clicks')).toBe(true)
  expect(await streams.remove(scope, 'clicks')).toBe(false)
  expect(await streams.get(scope, 'clicks')).toBeUndefined()
})

it('updates of one document at the same time lose nothing', async () => {
  const streams = streamsOf()
  await streams.create(scope, ['clicks'], { shards: 0 })
  const more = ({ shards }: Stream) => ({ shards: shards + 1 })
  await Promise.all(Array.from({ length: 50 }, () => streams.update(scope, ['clicks'], more)))
  expect(await streams.get(scope, 'clicks')).toEqual({ shards: 50 })
  expect(await streams.update(scope, ['other'], more)).toBeUndefined()
})

it('a removal while others write removes what is there', async () => {
  const streams = streamsOf()
  await streams.create(scope, ['clicks'], { shards: 0 })
  const outcomes = await Promise.all([
    streams.put(scope, ['clicks'], { shards: 9 }),
    streams.remove(scope, 'clicks'),
    streams.update(scope, ['clicks'], ({ shards }) => ({ shards: shards + 1 })),
    streams.remove(scope, 'clicks'),
  ])
  expect(await streams.get(scope, 'clicks')).toBeUndefined()
  expect(outcomes.filter((outcome) => outcome === true)).toHaveLength(1)
})

it('an update that throws changes nothing', async () => {
  const streams = streamsOf()
  await streams.create(scope, ['clicks'], { shards: 1 })
  const refuse = () => {
    throw new RangeError('too many shards')
  }
  await expect(streams.update(scope, ['clicks'], refuse)).rejects.toBeInstanceOf(RangeError)
  expect(await streams.get(scope, 'clicks')).toEqual({ shards: 1 })
})

it('lists page by id, by prefix and backwards, within account and region', async () => {
  const streams = streamsOf()
  for (const name of ['a', 'ab', 'b', 'b/c', 'c']) {
    await streams.create(scope, [name], { shards: 1 })
    await streams.create({ ...scope, region: 'eu-west-1' }, [name], { shards: 1 })
  }
  const names = async (page: Parameters<typeof streams.list>[1]) =>
    (await streams.list(scope, page)).map(({ id }) => id[0])
  expect(await names({ limit: 9 })).toEqual(['a', 'ab', 'b', 'b/c', 'c'])
  expect(await names({ limit: 2, after: ['ab'] })).toEqual(['b', 'b/c'])
  expect(await names({ limit: 9, prefix: 'b' })).toEqual(['b', 'b/c'])
  expect(await names({ limit: 9, prefix: 'b', after: ['a'] })).toEqual(['b', 'b/c'])
  expect(await names({ limit: 2, reverse: true })).toEqual(['c', 'b/c'])
  expect(await names({ limit: 2, reverse: true, after: ['b'] })).toEqual(['ab', 'a'])
})

it('ids of several parts make subtrees that are listed and removed as one', async () => {
  const streams = streamsOf()
  for (const [stream, shard] of [
    ['a', 1],
    ['a', 2],
    ['a', 10],
    ['ab', 1],
  ] as const) {
    await streams.create(scope, [stream, shard], { shards: shard })
  }
  const under = async () =>
    (await streams.list(scope, { under: ['a'], limit: 9 })).map(({ id }) => id)
  expect(await under()).toEqual([
    ['a', 1],
    ['a', 2],
    ['a', 10],
  ])
  const paged = await streams.list(scope, { under: ['a'], after: [2], limit: 9 })
  expect(paged.map(({ value }) => value.shards)).toEqual([10])
  await streams.removeUnder(scope, 'a')
  expect(await under()).toEqual([])
  expect(await streams.get(scope, 'ab', 1)).toEqual({ shards: 1 })
})

it('everywhere walks all accounts and regions, also beyond a page', async () => {
  const streams = streamsOf()
  for (let index = 0; index < 1_001; index++) {
    const accountId = String(index % 3).padStart(12, '0')
    await streams.put({ accountId, region: 'us-east-1' }, [`s${index}`], { shards: index })
  }
  const seen: number[] = []
  for await (const { value } of streams.everywhere()) seen.push(value.shards)
  expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 1_001 }, (_, index) => index))
})

it('what goes with a change is written in its commit, or not at all', async () => {
  const meta = createMemoryMeta()
  const told = createDocuments<string>(meta, 'told')
  let count = 0
  let commits = 0
  const streams = createDocuments<Stream>(meta, 'kinesis/stream', {
    puts(at, { id, before, after }) {
      const text = `${id[0]}: ${before?.shards ?? '-'} to ${after?.shards ?? '-'}`
      return before?.shards === after?.shards ? [] : told.putBatch(at, [count++], text).puts
    },
    committed: () => {
      commits++
    },
  })
  const all = async () => (await told.list(scope, { limit: 99 })).map(({ value }) => value)
  await streams.create(scope, ['a'], { shards: 1 })
  await streams.create(scope, ['a'], { shards: 5 })
  await streams.update(scope, ['a'], (same) => same)
  await streams.update(scope, ['a'], () => ({ shards: 2 }))
  await streams.remove(scope, 'a')
  await streams.remove(scope, 'a')
  expect(await all()).toEqual(['a: - to 1', 'a: 1 to 2', 'a: 2 to -'])
  expect(commits).toBe(3)
  const failing = createDocuments<Stream>(
    { ...meta, commit: () => Promise.reject(new Error('the disk is full')) },
    'kinesis/stream',
    { puts: (at) => told.putBatch(at, [count++], 'never').puts, committed: () => commits++ },
  )
  await expect(failing.put(scope, ['b'], { shards: 1 })).rejects.toThrow('the disk is full')
  expect(await all()).toHaveLength(3)
  expect(commits).toBe(3)
})
