import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import type { FakeShard } from '../../../../test/support/lambda-nouns.ts'
import {
  createFakeReader,
  createLambdaStage,
  functionSettings,
  makeRecord,
  scope,
} from '../../../../test/support/lambda-nouns.ts'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import type { InvocationOutcome } from '../../../engines/compute/port.ts'
import type { StartPosition } from '../../kinesis/stream-reader.ts'
import { createLambdaNouns } from '../lambda-nouns.ts'
import type { MappingSettings } from './mappings.ts'

const zip = Buffer.from(zipSync({ 'index.mjs': new Uint8Array([1]) }))
const sourceArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/s'
const defaults: MappingSettings = {
  target: { name: 'f' },
  batchSize: 2,
  windowSeconds: 0,
  parallelization: 1,
  retriesMax: -1,
  recordAgeMaxSeconds: -1,
  bisects: false,
  reportsFailures: false,
  filters: [],
  enabled: true,
}

async function setUp(
  shards: Record<string, FakeShard>,
  options: {
    readonly meta?: ReturnType<typeof createMemoryMeta>
    readonly answer?: (batch: ReadonlyArray<string>) => Partial<InvocationOutcome>
  } = {},
) {
  const virtual = createVirtualClock()
  const batches: string[][] = []
  const stage = createLambdaStage({
    clock: virtual.clock,
    reader: createFakeReader(shards),
    meta: options.meta ?? createMemoryMeta(),
    async handler(_spec, event) {
      const { Records } = JSON.parse(Buffer.from(event.payload).toString())
      const batch = Records.map((one: { eventID: string }) => one.eventID)
      batches.push(batch)
      await virtual.clock.sleep(10)
      return options.answer?.(batch) ?? {}
    },
  })
  const lambda = createLambdaNouns(stage.deps)
  if (!(await lambda.functions.find(scope, 'f'))) {
    await lambda.functions.create(scope, { name: 'f', settings: functionSettings, zip, tags: {} })
  }
  const stop = new AbortController()
  return {
    ...stage,
    ...lambda,
    ...virtual,
    batches,
    async map(given: Partial<MappingSettings> = {}, start: StartPosition = { at: 'TRIM_HORIZON' }) {
      const offsets = new Map<string, number>()
      for (const { shardId } of await lambda.reader.shardsOf(sourceArn)) {
        offsets.set(shardId, await lambda.reader.startOffset(sourceArn, shardId, start))
      }
      const mapping = { ...defaults, ...given, sourceArn, start, tags: {} }
      return lambda.mappings.create(scope, mapping, offsets)
    },
    start() {
      const running = lambda.workers.run(stop.signal)
      return async () => {
        stop.abort()
        await virtual.advance(10_000)
        await running
      }
    },
  }
}

const records = (count: number) => Array.from({ length: count }, (_, offset) => makeRecord(offset))

test('batches come in order, and the mapping is enabled when it reads', async () => {
  const stage = await setUp({ a: { records: records(5) } })
  const mapping = await stage.map()
  expect(mapping.state).toBe('Creating')
  const stop = stage.start()
  await stage.advance(2000)
  expect(stage.batches).toEqual([['a:seq-0', 'a:seq-1'], ['a:seq-2', 'a:seq-3'], ['a:seq-4']])
  expect(await stage.mappings.get(scope, mapping.id)).toMatchObject({
    state: 'Enabled',
    lastResult: 'OK',
  })
  expect((await stage.mappings.checkpoints(scope, mapping.id)).get('a')?.offset).toBe(5)
  await stop()
})

test('LATEST sees what comes after the mapping was made, and nothing before', async () => {
  const shards: Record<string, FakeShard> = { a: { records: records(3) } }
  const stage = await setUp(shards)
  await stage.map({}, { at: 'LATEST' })
  shards['a'] = { records: records(5) }
  const stop = stage.start()
  await stage.advance(1000)
  expect(stage.batches).toEqual([['a:seq-3', 'a:seq-4']])
  await stop()
})

test('a child shard is read when its parents are finished, all of it', async () => {
  const shards: Record<string, FakeShard> = {
    a: { records: records(3), closed: true },
    b: { records: records(2), parents: ['a'] },
  }
  const stage = await setUp(shards)
  await stage.map({ batchSize: 1 })
  const stop = stage.start()
  await stage.advance(3000)
  expect(stage.batches.flat()).toEqual(['a:seq-0', 'a:seq-1', 'a:seq-2', 'b:seq-0', 'b:seq-1'])
  await stop()
})

test('another process goes on behind what was dealt with', async () => {
  const meta = createMemoryMeta()
  const shards: Record<string, FakeShard> = { a: { records: records(4) } }
  const before = await setUp(shards, { meta })
  await before.map({ batchSize: 4 })
  const stopBefore = before.start()
  await before.advance(1000)
  await stopBefore()
  shards['a'] = { records: records(6) }
  const after = await setUp(shards, { meta })
  for (const [key, bytes] of before.zips) after.zips.set(key, bytes)
  const stop = after.start()
  // The code is not unpacked in this process yet, and that takes real time.
  await after.advanceUntil(() => after.batches.length > 0)
  expect(after.batches).toEqual([['a:seq-4', 'a:seq-5']])
  await stop()
})

test('a disabled mapping rests, an enabled one goes on where it was, a deleted one is gone', async () => {
  const shards: Record<string, FakeShard> = { a: { records: records(2) } }
  const stage = await setUp(shards)
  const { id } = await stage.map()
  const stop = stage.start()
  await stage.advance(1000)
  const toggle = (enabled: boolean) =>
    stage.mappings.change(scope, id, (now) => ({ ...now, enabled, state: 'Updating' }))
  await toggle(false)
  await stage.advance(2000)
  shards['a'] = { records: records(4) }
  await stage.advance(2000)
  expect(stage.batches).toHaveLength(1)
  expect((await stage.mappings.get(scope, id)).state).toBe('Disabled')
  await toggle(true)
  await stage.advance(2000)
  expect(stage.batches).toEqual([
    ['a:seq-0', 'a:seq-1'],
    ['a:seq-2', 'a:seq-3'],
  ])
  await stage.mappings.change(scope, id, (now) => ({ ...now, state: 'Deleting' }))
  await stage.advance(2000)
  expect(await stage.mappings.find(scope, id)).toBeUndefined()
  expect((await stage.mappings.checkpoints(scope, id)).size).toBe(0)
  await stop()
})

test('a window collects records until it has passed or the batch is full', async () => {
  const shards: Record<string, FakeShard> = { a: { records: records(1) } }
  const stage = await setUp(shards)
  await stage.map({ batchSize: 3, windowSeconds: 5 })
  const stop = stage.start()
  await stage.advance(2000)
  expect(stage.batches).toEqual([])
  shards['a'] = { records: records(2) }
  await stage.advance(4000)
  expect(stage.batches).toEqual([['a:seq-0', 'a:seq-1']])
  shards['a'] = { records: records(6) }
  await stage.advance(1000)
  expect(stage.batches[1]).toEqual(['a:seq-2', 'a:seq-3', 'a:seq-4'])
  await stop()
})

test('filtered records are passed over, and the place moves on behind them', async () => {
  const stage = await setUp({ a: { records: records(6) } })
  const { id } = await stage.map({
    batchSize: 10,
    filters: ['{"data":{"offset":[{"numeric":[">=",2,"<",4]}]}}'],
  })
  const stop = stage.start()
  await stage.advance(1000)
  expect(stage.batches).toEqual([['a:seq-2', 'a:seq-3']])
  expect((await stage.mappings.checkpoints(scope, id)).get('a')?.offset).toBe(6)
  await stop()
})

test('lanes run at the same time and keep each partition key in order', async () => {
  const keyed = Array.from({ length: 40 }, (_, offset) =>
    makeRecord(offset, { partitionKey: `key-${offset % 7}` }),
  )
  const stage = await setUp({ a: { records: keyed } })
  await stage.map({ batchSize: 5, parallelization: 4 })
  const stop = stage.start()
  await stage.advance(3000)
  const order = stage.batches.flat().map((id) => Number(id.split('-').at(-1)))
  expect([...order].sort((a, b) => a - b)).toEqual(keyed.map(({ offset }) => offset))
  for (let key = 0; key < 7; key++) {
    const ofKey = order.filter((offset) => offset % 7 === key)
    expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b))
  }
  expect(stage.batches.every((batch) => batch.length <= 5)).toBe(true)
  await stop()
})

test('a stream that was made anew is read from its beginning', async () => {
  const shards: Record<string, FakeShard> = { a: { records: records(4) } }
  const stage = await setUp(shards)
  const { id } = await stage.map({ batchSize: 4 })
  const stop = stage.start()
  await stage.advance(1000)
  await stage.mappings.change(scope, id, (now) => ({ ...now, enabled: false }))
  await stage.advance(2000)
  shards['a'] = { records: records(1) }
  await stage.mappings.change(scope, id, (now) => ({ ...now, enabled: true }))
  await stage.advance(2000)
  expect(stage.batches.at(-1)).toEqual(['a:seq-0'])
  await stop()
})

test('a function that is gone is told, and the records wait for it', async () => {
  const stage = await setUp({ a: { records: records(2) } })
  const { id } = await stage.map()
  await stage.functions.remove(scope, 'f')
  const stop = stage.start()
  await stage.advance(5000)
  expect((await stage.mappings.get(scope, id)).lastResult).toContain('Function not found')
  await stage.functions.create(scope, { name: 'f', settings: functionSettings, zip, tags: {} })
  await stage.advance(60_000)
  expect(stage.batches).toEqual([['a:seq-0', 'a:seq-1']])
  await stop()
})
