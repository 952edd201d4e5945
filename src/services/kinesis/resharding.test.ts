import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hexOf, numberOf, uniformRanges } from './hash-key.ts'
import { HASH_KEY_MAX } from './limits.ts'
import type { Resharding } from './resharding.ts'
import { planGrowth, planMerge, planSplit, planUniform } from './resharding.ts'
import type { Shard, Stream } from './stream.ts'
import { openShards } from './stream.ts'

function streamOf(starts: ReadonlyArray<bigint>): Stream {
  const sorted = [...new Set([0n, ...starts])].sort((a, b) => (a < b ? -1 : 1))
  const shards = sorted.map((start, number): Shard => {
    const next = sorted[number + 1]
    const endHash = hexOf(next === undefined ? HASH_KEY_MAX : next - 1n)
    return { number, startHash: hexOf(start), endHash, createdMs: 0, parents: [] }
  })
  return { shards, nextShardNumber: shards.length } as unknown as Stream
}

/** Runs the plan round by round and checks each: as a consumer sees it, and as AWS does it. */
function follow(stream: Stream, { rounds, nextShardNumber }: Resharding): Stream {
  let shards = [...stream.shards]
  for (const round of rounds) {
    const open = new Map(shards.filter((one) => !one.closed).map((one) => [one.number, one]))
    const closing = round.closing.map((number) => open.get(number) as Shard)
    expect(closing.every(Boolean)).toBe(true)
    for (const made of round.opening) {
      const parents = made.parents.map((number) => open.get(number) as Shard)
      expect(round.closing).toEqual(expect.arrayContaining([...made.parents]))
      const children = round.opening.filter(({ parents: [one] }) => one === made.parents[0])
      const widthOf = (ones: ReadonlyArray<Omit<Shard, 'createdMs' | 'closed'>>) =>
        ones.reduce((sum, one) => sum + numberOf(one.endHash) - numberOf(one.startHash) + 1n, 0n)
      expect(widthOf(children)).toBe(widthOf(parents))
      expect([parents.length, children.length].sort()).toEqual([1, 2])
    }
    const closed = { atMs: 1, endOffset: 0 }
    shards = shards.map((one) => (round.closing.includes(one.number) ? { ...one, closed } : one))
    shards.push(...round.opening.map((one) => ({ ...one, createdMs: 1 })))
    expectCover({ ...stream, shards })
  }
  expect(nextShardNumber).toBe(shards.length)
  expect(shards.map(({ number }) => number)).toEqual(shards.map((_, index) => index))
  return { ...stream, shards, nextShardNumber }
}

/** Every hash key belongs to one open shard. */
function expectCover(stream: Stream): void {
  const open = [...openShards(stream)].sort((a, b) => (a.startHash < b.startHash ? -1 : 1))
  let next = 0n
  for (const { startHash, endHash } of open) {
    expect(numberOf(startHash)).toBe(next)
    next = numberOf(endHash) + 1n
  }
  expect(next).toBe(HASH_KEY_MAX + 1n)
}

test('scaling ends in shards of the same size, by splits and merges only', () => {
  const starts = fc.array(fc.bigInt({ min: 1n, max: HASH_KEY_MAX }), { maxLength: 8 })
  fc.assert(
    fc.property(starts, fc.integer({ min: 1, max: 12 }), (given, count) => {
      const stream = streamOf(given)
      const after = follow(stream, planUniform(stream, count))
      const ranges = openShards(after).map(({ startHash, endHash }) => ({ startHash, endHash }))
      ranges.sort((a, b) => (a.startHash < b.startHash ? -1 : 1))
      expect(ranges).toEqual(uniformRanges(count))
    }),
    { seed: 3, numRuns: 150 },
  )
})

test('doubling and halving uniform shards take one round each', () => {
  const stream = streamOf(uniformRanges(4).map(({ startHash }) => numberOf(startHash)))
  expect(planUniform(stream, 8).rounds).toHaveLength(1)
  expect(planUniform(stream, 2).rounds).toHaveLength(1)
  expect(planUniform(stream, 4).rounds).toHaveLength(0)
})

test('a split has one parent and two children, a merge two parents and one child', () => {
  const stream = streamOf([])
  const split = follow(stream, planSplit(stream, 0, 100n))
  expect(openShards(split).map(({ number, parents }) => [number, parents])).toEqual([
    [1, [0]],
    [2, [0]],
  ])
  const merged = follow(split, planMerge(split, { lower: 1, upper: 2 }))
  expect(openShards(merged).map(({ number, parents }) => [number, parents])).toEqual([[3, [1, 2]]])
})

/** The three ranges that AWS gives a stream of three shards (recorded by kinesalite). */
test('the ranges of new streams are those of AWS', () => {
  const decimal = uniformRanges(3).map(({ endHash }) => numberOf(endHash).toString())
  expect(decimal).toEqual([
    '113427455640312821154458202477256070484',
    '226854911280625642308916404954512140969',
    '340282366920938463463374607431768211455',
  ])
})

test('growing for Kafka closes no shard and spreads the ranges over all', () => {
  const stream = streamOf([1n, 5n, HASH_KEY_MAX])
  const { rounds, nextShardNumber } = planGrowth(stream, 7)
  expect(nextShardNumber).toBe(7)
  expect(rounds).toHaveLength(1)
  const [round] = rounds
  expect(round?.closing).toEqual([])
  expect(round?.opening.map(({ number }) => number)).toEqual([4, 5, 6])
  const ranges = [...(round?.moving ?? []), ...(round?.opening ?? [])]
  expect(ranges.map(({ startHash, endHash }) => ({ startHash, endHash }))).toEqual(uniformRanges(7))
})
