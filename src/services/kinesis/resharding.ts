import { assert, present } from '../../base/assert.ts'
import { hexOf, numberOf, uniformRanges } from './hash-key.ts'
import type { ReshardingRound, Stream } from './stream.ts'
import { openShards } from './stream.ts'

/** What the stream must do to become another one: rounds, and the shard numbers they use up. */
export interface Resharding {
  readonly rounds: ReadonlyArray<ReshardingRound>
  readonly nextShardNumber: number
}

/** A shard of the plan: open now, or opened by a round of the plan. */
interface Piece {
  readonly number: number
  readonly start: bigint
  readonly end: bigint
}

/** Splits one shard in two; `hash` is where the second one starts. */
export function planSplit(stream: Stream, number: number, hash: bigint): Resharding {
  const plan = createPlan(stream)
  const piece = present(plan.find(number), 'the shard to split')
  plan.round([{ pieces: [piece], starts: [piece.start, hash] }])
  return plan.resharding()
}

/** Makes one shard of two neighbours; the first one is the lower. */
export function planMerge(
  stream: Stream,
  pair: { readonly lower: number; readonly upper: number },
): Resharding {
  const plan = createPlan(stream)
  const lower = present(plan.find(pair.lower), 'the lower shard')
  const upper = present(plan.find(pair.upper), 'the upper shard')
  plan.round([{ pieces: [lower, upper], starts: [lower.start] }])
  return plan.resharding()
}

/**
 * Makes `count` shards of the same size, as AWS does it: by splits and merges only, so that every
 * shard has one parent or two. First all shards are split at the borders of the new ones, then
 * neighbours that lie in the same new one are merged; in each round every shard changes once.
 */
export function planUniform(stream: Stream, count: number): Resharding {
  const plan = createPlan(stream)
  const starts = uniformRanges(count).map(({ startHash }) => numberOf(startHash))
  for (;;) {
    const splits = plan.pieces().flatMap((piece) => {
      const inside = starts.filter((start) => start > piece.start && start <= piece.end)
      const middle = inside[inside.length >> 1]
      return middle === undefined ? [] : [{ pieces: [piece], starts: [piece.start, middle] }]
    })
    if (splits.length === 0) break
    plan.round(splits)
  }
  for (;;) {
    const merges = starts.flatMap((start, index) => {
      const inside = plan.pieces().filter((piece) => {
        const next = starts[index + 1]
        return piece.start >= start && (next === undefined || piece.start < next)
      })
      return pairsOf(inside).map((pieces) => ({ pieces, starts: [pieces[0].start] }))
    })
    if (merges.length === 0) break
    plan.round(merges)
  }
  return plan.resharding()
}

/**
 * Opens shards until there are `count`, closed ones counted, and closes none: Kafka's partitions
 * stay writable when more of them are asked for. The ranges of all open shards are spread anew.
 */
export function planGrowth(stream: Stream, count: number): Resharding {
  const open = openShards(stream).map(({ number }) => number)
  const added = Array.from(
    { length: count - stream.nextShardNumber },
    (_, index) => stream.nextShardNumber + index,
  )
  const ranges = uniformRanges(open.length + added.length)
  const moving = open.map((number, index) => ({ number, ...present(ranges[index], 'its range') }))
  const opening = added.map((number, index) => {
    return { number, ...present(ranges[open.length + index], 'its range'), parents: [] }
  })
  return { rounds: [{ closing: [], opening, moving }], nextShardNumber: count }
}

/** Some pieces that lie side by side, and where the pieces that take their place start. */
interface Exchange {
  readonly pieces: ReadonlyArray<Piece>
  readonly starts: ReadonlyArray<bigint>
}

function createPlan(stream: Stream) {
  let pieces: Piece[] = openShards(stream).map(({ number, startHash, endHash }) => {
    return { number, start: numberOf(startHash), end: numberOf(endHash) }
  })
  pieces.sort((a, b) => (a.start < b.start ? -1 : 1))
  let { nextShardNumber } = stream
  const rounds: ReshardingRound[] = []

  function exchange({ pieces: old, starts }: Exchange): ReshardingRound {
    const end = old.at(-1)?.end
    assert(end !== undefined, 'an exchange has shards')
    const made = starts.map((start, index) => {
      const next = starts[index + 1]
      return { number: nextShardNumber++, start, end: next === undefined ? end : next - 1n }
    })
    const first = pieces.findIndex((piece) => piece.number === old[0]?.number)
    pieces = [...pieces.slice(0, first), ...made, ...pieces.slice(first + old.length)]
    const parents = old.map((piece) => piece.number)
    return {
      closing: parents,
      opening: made.map(({ number, start, end }) => {
        return { number, startHash: hexOf(start), endHash: hexOf(end), parents }
      }),
    }
  }

  return {
    pieces: (): ReadonlyArray<Piece> => pieces,
    find: (number: number) => pieces.find((piece) => piece.number === number),
    round(exchanges: ReadonlyArray<Exchange>): void {
      const parts = exchanges.map(exchange)
      rounds.push({
        closing: parts.flatMap((part) => part.closing),
        opening: parts.flatMap((part) => part.opening),
      })
    },
    resharding: (): Resharding => ({ rounds, nextShardNumber }),
  }
}

function pairsOf(pieces: ReadonlyArray<Piece>): ReadonlyArray<readonly [Piece, Piece]> {
  const pairs: [Piece, Piece][] = []
  for (let index = 0; index + 1 < pieces.length; index += 2) {
    const [lower, upper] = [pieces[index], pieces[index + 1]]
    if (lower && upper) pairs.push([lower, upper])
  }
  return pairs
}
