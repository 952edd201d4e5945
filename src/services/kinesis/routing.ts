// Hot: asked once a record.
import { compactHash, hashOfDecimal, hashOfPartitionKey } from './hash-key.ts'
import type { Shard, Stream } from './stream.ts'
import { openShards } from './stream.ts'
import { invalidArgument } from './stream-errors.ts'

/** What decides to which shard a record goes. */
export interface Routed {
  readonly partitionKey: string | null
  readonly explicitHashKey?: string | undefined
}

/** The open shard that a record belongs to. */
export type Route = (record: Routed) => Shard

/** Routes by the hash ranges of the open shards; made once for each version of a stream. */
export function createRouting(): (stream: Stream) => Route {
  const known = new WeakMap<Stream, Route>()
  return (stream) => {
    let route = known.get(stream)
    if (!route) {
      route = stream.distributesEvenly ? createTurns(stream) : createRoute(stream)
      known.set(stream, route)
    }
    return route
  }
}

/** Throws `InvalidArgumentException` for a hash key beyond 128 bits, where hash keys matter. */
export function refuseBadHashes(stream: Stream, records: ReadonlyArray<Routed>): void {
  if (stream.distributesEvenly) return
  for (const { explicitHashKey } of records) {
    if (explicitHashKey === undefined || hashOfDecimal(explicitHashKey) !== undefined) continue
    throw invalidArgument(
      'Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. ' +
        `Specified value was ${explicitHashKey}`,
    )
  }
}

/** One shard after the other, from a request to the next. */
function createTurns(stream: Stream): Route {
  const shards = openShards(stream)
  let turn = 0
  return () => {
    turn = (turn + 1) % shards.length
    return shards[turn] as Shard
  }
}

function createRoute(stream: Stream): Route {
  const shards = [...openShards(stream)].sort((a, b) => (a.startHash < b.startHash ? -1 : 1))
  const [only] = shards
  if (only && shards.length === 1) return () => only
  const ends = shards.map((shard) => compactHash(shard.endHash))
  return ({ partitionKey, explicitHashKey }) => {
    const hash = hashOf(partitionKey, explicitHashKey)
    let low = 0
    let high = ends.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ends[middle] as string) < hash) low = middle + 1
      else high = middle
    }
    return shards[low] as Shard
  }
}

function hashOf(partitionKey: string | null, explicitHashKey: string | undefined): string {
  const explicit = explicitHashKey === undefined ? undefined : hashOfDecimal(explicitHashKey)
  return explicit ?? hashOfPartitionKey(partitionKey ?? '')
}
