import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../base/clock.ts'
import { EngineError } from '../../base/errors.ts'
import type { LogEngine } from '../../engines/log/port.ts'
import type { ConsumerStore } from './consumer-store.ts'
import { withEncryptionSince } from './encryption.ts'
import { secondOf } from './sequence-number.ts'
import type { ReshardingRound, Shard, Stream, StreamKey } from './stream.ts'
import { findShard, partitionOf, retentionMsOf, settingsOf } from './stream.ts'
import type { StreamStore } from './stream-store.ts'

/**
 * Brings a stream to where its document wants it: partitions made before it is ACTIVE, shards closed
 * and opened, partitions removed before the document goes. Each step can be repeated, so that what a
 * crash or a full disk stopped is gone on with later.
 */
export interface Settling {
  /** Resolves when there is nothing left to do; one at a time for a stream. */
  settle(key: StreamKey): Promise<void>
  /** Whether `settle` would do something. */
  isUnsettled(stream: Stream): boolean
}

export interface SettlingDeps {
  readonly store: StreamStore
  readonly consumers: ConsumerStore
  readonly log: LogEngine
  readonly clock: Clock
}

export function createSettling(deps: SettlingDeps): Settling {
  const turns = new Map<string, Promise<void>>()

  async function settleNow(key: StreamKey): Promise<void> {
    for (;;) {
      const stream = await deps.store.find(key)
      if (!stream) return
      if (stream.status === 'DELETING') return removeStream(deps, key, stream)
      if (stream.status === 'ACTIVE') return removeExpired(deps, key, stream)
      const [round] = stream.rounds
      if (round) await runRound(deps, key, stream, round)
      else if (await activate(deps, key, stream)) return
    }
  }

  return {
    settle(key) {
      const name = `${key.accountId}/${key.region}/${key.name}`
      const before = turns.get(name) ?? Promise.resolve()
      const turn = before.catch(() => undefined).then(() => settleNow(key))
      turns.set(name, turn)
      const forget = () => {
        if (turns.get(name) === turn) turns.delete(name)
      }
      turn.then(forget, forget)
      return turn
    },
    isUnsettled: (stream) =>
      stream.status !== 'ACTIVE' || expiredShards(stream, deps.clock.wallMs()).length > 0,
  }
}

/** The partitions of all open shards are there, with the settings of now, when it resolves. */
async function ensurePartitions(
  { log }: SettlingDeps,
  key: StreamKey,
  stream: Stream,
): Promise<void> {
  const settings = settingsOf(stream)
  await Promise.all(
    stream.shards.map((shard) =>
      log.ensurePartition(partitionOf(key, stream, shard.number), {
        ...settings,
        ...(shard.closed && { closed: true }),
      }),
    ),
  )
}

/** False when the stream was changed meanwhile, so that there is more to do. */
async function activate(deps: SettlingDeps, key: StreamKey, stream: Stream): Promise<boolean> {
  await ensurePartitions(deps, key, stream)
  const after = await deps.store.update(key, (current) =>
    current.status !== 'DELETING' &&
    current.rounds.length === 0 &&
    isDeepStrictEqual(settingsOf(current), settingsOf(stream))
      ? { ...withEncryptionSince(current, deps.clock.wallMs()), status: 'ACTIVE' }
      : current,
  )
  return after.status === 'ACTIVE'
}

/**
 * Closes and opens shards. Closing is final in the log before the document says so, and from then on
 * producers are refused there and wait for the document: no record can come behind the end that
 * readers are told.
 */
async function runRound(
  deps: SettlingDeps,
  key: StreamKey,
  stream: Stream,
  round: ReshardingRound,
): Promise<void> {
  const { log, clock, store } = deps
  const settings = settingsOf(stream)
  const idOf = ({ number }: { readonly number: number }) => partitionOf(key, stream, number)
  await Promise.all(round.opening.map((shard) => log.ensurePartition(idOf(shard), settings)))
  const closing = round.closing.map((number) => ({ number }))
  await Promise.all(
    closing.map((shard) => log.ensurePartition(idOf(shard), { ...settings, closed: true })),
  )
  const ends = new Map<number, number>()
  for (const shard of closing) {
    ends.set(shard.number, (await log.bounds(idOf(shard))).endOffset)
  }
  const atMs = clock.wallMs()
  await store.update(key, (current) => {
    const isSame = current.rounds[0]?.opening[0]?.number === round.opening[0]?.number
    return isSame ? afterRound(current, round, ends, atMs) : current
  })
}

function afterRound(
  stream: Stream,
  round: ReshardingRound,
  ends: ReadonlyMap<number, number>,
  atMs: number,
): Stream {
  const shards = stream.shards.map((shard): Shard => {
    const endOffset = ends.get(shard.number)
    const moved = round.moving?.find(({ number }) => number === shard.number)
    return endOffset === undefined
      ? { ...shard, ...moved }
      : { ...shard, closed: { atMs, endOffset } }
  })
  const opened = round.opening.map((shard): Shard => {
    // AWS: sequence numbers of children lie behind those of their parents: a later second.
    const parents = shard.parents.map((number) => findShard(stream, number)?.createdMs ?? 0)
    return { ...shard, createdMs: Math.max(atMs, ...parents.map(nextSecondMs)) }
  })
  return { ...stream, shards: [...shards, ...opened], rounds: stream.rounds.slice(1) }
}

function nextSecondMs(ms: number): number {
  return (secondOf(ms) + 1) * 1000
}

async function removeStream(deps: SettlingDeps, key: StreamKey, stream: Stream): Promise<void> {
  const planned = stream.rounds.flatMap((round) => round.opening)
  await Promise.all(
    [...stream.shards, ...planned].map(({ number }) =>
      deps.log.removePartition(partitionOf(key, stream, number)),
    ),
  )
  await deps.consumers.removeAll(key)
  await deps.store.remove(key)
}

/** Closed shards go once all of their records are older than the retention. */
async function removeExpired(deps: SettlingDeps, key: StreamKey, stream: Stream): Promise<void> {
  const expired = expiredShards(stream, deps.clock.wallMs())
  if (expired.length === 0) return
  const numbers = new Set(expired.map(({ number }) => number))
  for (const number of numbers) await deps.log.removePartition(partitionOf(key, stream, number))
  await deps.store.update(key, (current) => ({
    ...current,
    shards: current.shards.filter(({ number }) => !numbers.has(number)),
  }))
}

function expiredShards(stream: Stream, nowMs: number): ReadonlyArray<Shard> {
  const oldestMs = nowMs - retentionMsOf(stream)
  return stream.shards.filter(({ closed }) => closed && closed.atMs < oldestMs)
}

/** True for failures after which settling may succeed later. */
export function mayPass(error: unknown): boolean {
  return error instanceof EngineError && ['full', 'unavailable', 'conflict'].includes(error.kind)
}
