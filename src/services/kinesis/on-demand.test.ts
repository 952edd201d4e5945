import { expect, test } from 'vitest'
import type { World } from '../../../test/support/kinesis-world.ts'
import { createWorld, HOUR_MS, KEY, PROVISIONED } from '../../../test/support/kinesis-world.ts'
import type { Stream, StreamKey } from './stream.ts'
import { openShards } from './stream.ts'

const MIB = 1 << 20
const MINUTE_MS = 60_000
const ON_DEMAND = { ...PROVISIONED, mode: 'ON_DEMAND' as const, shardCount: 4 }

async function shardCount({ streams }: Pick<World, 'streams'>, key = KEY): Promise<number> {
  return openShards(await streams.get(key)).length
}

/** Runs the rounds, and notes traffic as the producer does, a second at a time. */
async function startOnDemand(world: World) {
  const stop = new AbortController()
  const running = world.onDemand.run(stop.signal)
  return {
    async write(mibps: number, seconds: number, key: StreamKey = KEY): Promise<void> {
      for (let second = 0; second < seconds; second += 15) {
        const stream: Stream = await world.streams.get(key)
        const written = { bytes: 15 * mibps * MIB, records: 15 }
        if (mibps > 0) world.onDemand.note(key, stream, written)
        await world.advance(15_000)
      }
    },
    async stop(): Promise<void> {
      stop.abort()
      await running
    },
  }
}

test('an on-demand stream has room for twice its peak, and a provisioned one what it was given', async () => {
  const world = await createWorld()
  const other = { ...KEY, name: 'other' }
  await world.streams.create(KEY, ON_DEMAND)
  await world.streams.create(other, { ...PROVISIONED, shardCount: 4 })
  const load = await startOnDemand(world)
  await load.write(1.9, 15)
  expect(await shardCount(world)).toBe(4)
  await load.write(3, 15)
  expect(await shardCount(world)).toBe(6)
  await load.write(3, 15, other)
  expect(await shardCount(world, other)).toBe(4)
  await load.stop()
})

test('it grows once in 15 minutes, to at most double', async () => {
  const world = await createWorld()
  await world.streams.create(KEY, ON_DEMAND)
  const load = await startOnDemand(world)
  await load.write(4, 15)
  expect(await shardCount(world)).toBe(8)
  await load.write(100, 14 * 60)
  expect(await shardCount(world)).toBe(8)
  await load.write(100, 75)
  expect(await shardCount(world)).toBe(16)
  await load.stop()
})

/** Nobody looks while the time passes, but for the last hour of it. */
async function pass(world: World, hours: number): Promise<void> {
  await world.advance(hours * HOUR_MS - 61 * MINUTE_MS)
  const load = await startOnDemand(world)
  await world.advance(61 * MINUTE_MS)
  await load.stop()
}

test('the peak is known after a restart, and counts for 30 days', async () => {
  const world = await createWorld()
  await world.streams.create(KEY, ON_DEMAND)
  const load = await startOnDemand(world)
  await load.write(4, 15)
  await load.stop()
  const again = { ...world, ...(await world.open()) }
  await pass(again, 29 * 24)
  expect(await shardCount(again)).toBe(8)
  await pass(again, 2 * 24)
  expect(await shardCount(again)).toBe(4)
})

test('it shrinks by half a day at most', async () => {
  const world = await createWorld()
  await world.streams.create(KEY, { ...PROVISIONED, shardCount: 32 })
  const stream = await world.streams.change(KEY, (one) => ({ ...one, mode: 'ON_DEMAND' }))
  await world.onDemand.adopt(KEY, stream)
  await pass(world, 29 * 24)
  expect(await shardCount(world)).toBe(32)
  const counts: number[] = []
  for (let quarter = 0; quarter < 4 * 5; quarter++) {
    await pass(world, 6)
    counts.push(await shardCount(world))
  }
  const halves = [32, 16, 8, 4]
  expect([...new Set(counts)]).toEqual(halves)
  expect(counts.filter((count) => count === 16).length).toBeGreaterThanOrEqual(4)
})

test('a warm throughput is room that it has at once, and that a lower one gives back', async () => {
  const world = await createWorld()
  await world.streams.create(KEY, ON_DEMAND)
  const load = await startOnDemand(world)
  await world.onDemand.warm(KEY, 12)
  expect(await shardCount(world)).toBe(12)
  await load.write(5, 30 * 60)
  expect(await shardCount(world)).toBe(12)
  await world.onDemand.warm(KEY, 0)
  expect(await shardCount(world)).toBe(10)
  await load.write(0, 60)
  await world.onDemand.warm(KEY, 0)
  expect(await shardCount(world)).toBe(4)
  await load.stop()
})

test('two hundred shards are as many as it grows to by itself', async () => {
  const world = await createWorld()
  await world.streams.create(KEY, { ...ON_DEMAND, shardCount: 128 })
  const load = await startOnDemand(world)
  await load.write(500, 15)
  expect(await shardCount(world)).toBe(200)
  await world.advance(20 * MINUTE_MS)
  await load.write(500, 15)
  expect(await shardCount(world)).toBe(200)
  await load.stop()
})
