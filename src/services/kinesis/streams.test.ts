import { expect, test } from 'vitest'
import type { World } from '../../../test/support/kinesis-world.ts'
import { createWorld, HOUR_MS, KEY, PROVISIONED } from '../../../test/support/kinesis-world.ts'
import { createSeededRandom } from '../../base/random.ts'
import { numberOf, uniformRanges } from './hash-key.ts'
import { planGrowth, planMerge, planSplit } from './resharding.ts'
import { shardAt } from './shard-reads.ts'
import { findShard, openShards, streamArn } from './stream.ts'

function create({ streams }: Pick<World, 'streams'>, shardCount = 1) {
  return streams.create(KEY, { ...PROVISIONED, shardCount })
}

async function put({ producer }: Pick<World, 'producer'>, ...values: ReadonlyArray<string>) {
  const entries = values.map((value) => ({ partitionKey: value, data: Buffer.from(value) }))
  return producer.put(KEY, entries, () => 'data')
}

async function readAll({ streams, reads }: Pick<World, 'streams' | 'reads'>, number = 0) {
  const at = shardAt(KEY, await streams.get(KEY), number)
  const offset = await reads.startOffset(at, { at: 'TRIM_HORIZON' })
  const { records } = await reads.read(at, { offset, recordsMax: 1000, bytesMax: 1e6 })
  return records.map(({ data }) => Buffer.from(data).toString())
}

test('a stream that is deleted and made again is a new one', async () => {
  const world = await createWorld()
  await create(world)
  await put(world, 'old')
  await world.streams.remove(KEY)
  await expect(world.streams.get(KEY)).rejects.toThrow(
    'Stream clicks under account 000000000000 not found.',
  )
  await create(world)
  expect(await readAll(world)).toEqual([])
  await put(world, 'new')
  expect(await readAll(world)).toEqual(['new'])
})

test('a stream goes on after the process died', async () => {
  const world = await createWorld()
  await create(world, 2)
  const before = await put(world, 'a', 'b', 'c', 'd')
  const again = await world.open(world.faulty.crash())
  const records = [...(await readAll(again, 0)), ...(await readAll(again, 1))]
  expect(records.sort()).toEqual(['a', 'b', 'c', 'd'])
  const after = await put(again, 'a')
  const numberOfResult = (result: object | undefined) =>
    (result as { readonly sequenceNumber: string }).sequenceNumber
  expect(numberOfResult(after[0]) > numberOfResult(before[0])).toBe(true)
})

test('a stream that finds no space for its shards stays CREATING until there is some', async () => {
  const world = await createWorld()
  await create(world)
  world.faulty.setSpace(0)
  const other = { ...KEY, name: 'other' }
  const stop = new AbortController()
  const running = world.streams.run(stop.signal)
  await world.streams.create(other, { ...PROVISIONED, shardCount: 3000 })
  expect((await world.streams.get(other)).status).toBe('CREATING')
  const entry = { partitionKey: 'a', data: Buffer.from('a') }
  await expect(world.producer.put(other, [entry], () => 'data')).rejects.toThrow('not found')
  world.faulty.setSpace(undefined)
  await world.advance(2000)
  expect((await world.streams.get(other)).status).toBe('ACTIVE')
  await world.producer.put(other, [entry], () => 'data')
  stop.abort()
  await running
})

test('a deletion that a crash cut short is ended by the next process', async () => {
  const world = await createWorld()
  await create(world)
  world.faulty.fail('sync', 1)
  await world.streams.remove(KEY)
  expect((await world.streams.get(KEY)).status).toBe('DELETING')
  const again = await world.open(world.faulty.crash())
  const stop = new AbortController()
  const running = again.streams.run(stop.signal)
  await world.advance(2000)
  await expect(again.streams.get(KEY)).rejects.toThrow('not found')
  stop.abort()
  await running
})

test('records expire to the millisecond, though the log keeps them a while', async () => {
  const world = await createWorld()
  await create(world)
  await put(world, 'first')
  await world.advance(1000)
  await put(world, 'second')
  await world.advance(24 * HOUR_MS - 1000)
  expect(await readAll(world)).toEqual(['first', 'second'])
  await world.advance(1)
  expect(await readAll(world)).toEqual(['second'])
  const at = shardAt(KEY, await world.streams.get(KEY), 0)
  const batch = await world.reads.read(at, { offset: 0, recordsMax: 10, bytesMax: 1e6 })
  expect(batch.records.map(({ offset }) => offset)).toEqual([1])
})

test('only the records that exceed the throughput of their shard fail', async () => {
  const world = await createWorld({ limits: true })
  await create(world)
  const results: object[] = []
  for (let call = 0; call < 3; call++) {
    results.push(...(await put(world, ...Array.from({ length: 400 }, (_, at) => `${call}.${at}`))))
  }
  const failed = results.filter((result) => 'errorCode' in result)
  expect(failed).toHaveLength(200)
  expect(failed[0]).toEqual({
    errorCode: 'ProvisionedThroughputExceededException',
    errorMessage:
      'Rate exceeded for shard shardId-000000000000 in stream clicks under account 000000000000.',
  })
  expect(await readAll(world)).toHaveLength(1000)
  await world.advance(500)
  expect((await put(world, 'later')).every((result) => 'sequenceNumber' in result)).toBe(true)
})

test('a closed shard goes when its records have expired, its children stay', async () => {
  const world = await createWorld()
  await create(world)
  await put(world, 'a')
  await world.streams.change(KEY, (stream) => {
    return { ...stream, ...planSplit(stream, 0, 2n ** 127n), status: 'UPDATING' }
  })
  const { shards } = await world.streams.get(KEY)
  expect(shards.map(({ number, closed }) => [number, closed?.endOffset])).toEqual([
    [0, 1],
    [1, undefined],
    [2, undefined],
  ])
  await world.advance(24 * HOUR_MS)
  const stop = new AbortController()
  const running = world.streams.run(stop.signal)
  await world.advance(1)
  expect((await world.streams.get(KEY)).shards).toHaveLength(3)
  await world.advance(60_000)
  expect((await world.streams.get(KEY)).shards.map(({ number }) => number)).toEqual([1, 2])
  await put(world, 'b')
  stop.abort()
  await running
})

test('through splits and merges under load every key stays in order, no record is lost or twice', async () => {
  const world = await createWorld()
  const random = createSeededRandom(7)
  await create(world, 2)
  const puts: Promise<unknown>[] = []
  const sent = new Map<string, number>()
  let isLoading = true
  async function produce(key: string): Promise<void> {
    for (let serial = 0; isLoading; serial++) {
      const entry = { partitionKey: key, data: Buffer.from(`${serial}`) }
      const [result] = await world.producer.put(KEY, [entry], () => 'data')
      expect(result).toHaveProperty('sequenceNumber')
      sent.set(key, serial + 1)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  for (let index = 0; index < 20; index++) puts.push(produce(`key-${index}`))
  const ticking = tick(world, () => isLoading)
  for (let change = 0; change < 20; change++) {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    await reshardOnce(world, random.unit(), random.unit())
  }
  isLoading = false
  await Promise.all([...puts, ticking])
  const seen = await consumeAsKcl(world)
  expect(seen.size).toBe(20)
  for (const [key, serials] of seen) {
    expect(serials).toEqual(Array.from({ length: sent.get(key) ?? 0 }, (_, serial) => serial))
  }
})

/** Puts that meet a closing shard wait on the clock. */
async function tick(world: World, goesOn: () => boolean): Promise<void> {
  while (goesOn()) await world.advance(5)
}

async function reshardOnce({ streams }: World, first: number, second: number): Promise<void> {
  await streams.change(KEY, (stream) => {
    const open = [...openShards(stream)].sort((a, b) => (a.startHash < b.startHash ? -1 : 1))
    const at = Math.floor(first * open.length)
    const [one, next] = [open[at], open[at + 1]]
    if (one && next && second < 0.5) {
      const pair = { lower: one.number, upper: next.number }
      return { ...stream, ...planMerge(stream, pair), status: 'UPDATING' }
    }
    const [start, end] = [numberOf(one?.startHash ?? '0'), numberOf(one?.endHash ?? '0')]
    const middle = (start + end) / 2n
    return { ...stream, ...planSplit(stream, one?.number ?? 0, middle), status: 'UPDATING' }
  })
}

/** Reads as the KCL does: a child only when all its parents are read to their ends. */
async function consumeAsKcl({ reader }: World): Promise<Map<string, number[]>> {
  const arn = streamArn(KEY)
  const seen = new Map<string, number[]>()
  const done = new Set<string>()
  const shards = await reader.shardsOf(arn)
  while (done.size < shards.length) {
    const ready = shards.filter(
      ({ shardId, parentShardIds }) =>
        !done.has(shardId) && parentShardIds.every((parent) => done.has(parent)),
    )
    expect(ready.length).toBeGreaterThan(0)
    for (const { shardId } of ready) {
      let offset = await reader.startOffset(arn, shardId, { at: 'TRIM_HORIZON' })
      for (;;) {
        const batch = await reader.read(arn, shardId, { offset, recordsMax: 50, bytesMax: 1e5 })
        for (const { partitionKey, data } of batch.records) {
          const serials = seen.get(partitionKey) ?? []
          serials.push(Number(Buffer.from(data).toString()))
          seen.set(partitionKey, serials)
        }
        offset = batch.nextOffset
        if (offset >= batch.endOffset) break
      }
      done.add(shardId)
    }
  }
  return seen
}

test('a reader inside the house waits for records and is let go when the shard closes', async () => {
  const world = await createWorld()
  await create(world)
  const arn = streamArn(KEY)
  const id = 'shardId-000000000000'
  const never = new AbortController().signal
  const waiting = world.reader.waitFor(arn, id, 0, never)
  await put(world, 'a')
  await waiting
  const atEnd = world.reader.waitFor(arn, id, 1, never)
  await world.streams.change(KEY, (stream) => {
    return { ...stream, ...planSplit(stream, 0, 2n ** 127n), status: 'UPDATING' }
  })
  await world.advance(1000)
  await atEnd
  expect(findShard(await world.streams.get(KEY), 0)?.closed?.endOffset).toBe(1)
  await expect(world.reader.shardsOf(streamArn({ ...KEY, name: 'none' }))).rejects.toThrow(
    'Stream none under account 000000000000 not found.',
  )
})

test('a stream that grows for Kafka keeps its shards open, and routes by the new ranges', async () => {
  const world = await createWorld()
  await create(world, 2)
  await put(world, 'a', 'b', 'c', 'd')
  await world.streams.change(KEY, (stream) => {
    return { ...stream, ...planGrowth(stream, 3), status: 'UPDATING' }
  })
  const stream = await world.streams.get(KEY)
  expect(stream.status).toBe('ACTIVE')
  expect(openShards(stream).map(({ number }) => number)).toEqual([0, 1, 2])
  expect(stream.shards.map(({ startHash }) => startHash)).toEqual(
    uniformRanges(3).map(({ startHash }) => startHash),
  )
  const keys = Array.from({ length: 50 }, (_, index) => `key-${index}`)
  await put(world, ...keys)
  const counts = await Promise.all([0, 1, 2].map((number) => readAll(world, number)))
  expect(counts.flat()).toHaveLength(54)
  expect(counts.every((records) => records.length > 5)).toBe(true)
})
