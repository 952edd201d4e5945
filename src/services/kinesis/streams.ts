import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { Background } from '../../engines/meta/background.ts'
import { uniformRanges } from './hash-key.ts'
import type { Settling } from './settling.ts'
import { mayPass } from './settling.ts'
import type { ShardMetrics } from './shard-metrics.ts'
import type { Shard, Stream, StreamKey, StreamMode, TopicConfigs } from './stream.ts'
import { openShards } from './stream.ts'
import { streamExists, streamNotActive, streamNotFound } from './stream-errors.ts'
import type { StreamStore } from './stream-store.ts'

/**
 * The streams and what becomes of them. A change is durable when its promise resolves, and done
 * then, unless the disk is full: then the status says that it is not, and it is done later.
 */
export interface Streams {
  /** The same object until the stream changes. Throws `ResourceNotFoundException`. */
  get(key: StreamKey): Promise<Stream>
  /** As `get`, and undefined where that throws. */
  find(key: StreamKey): Promise<Stream | undefined>
  /** As `get`, and throws the same while the stream is being made or removed. */
  getReady(key: StreamKey): Promise<Stream>
  list(
    scope: Scope,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<Stream>>
  /** The streams of all accounts and regions. */
  everywhere(): AsyncIterable<StreamKey & { readonly stream: Stream }>
  /** Open shards and on-demand streams of an account in a region. */
  usage(scope: Scope): Promise<StreamUsage>
  /** Throws `ResourceInUseException` when there is one of that name. */
  create(key: StreamKey, request: NewStream): Promise<void>
  /** Changes an ACTIVE stream, or throws `ResourceInUseException`; what follows from it is done. */
  change(key: StreamKey, change: (stream: Stream) => Stream): Promise<Stream>
  /** Removes the stream with its records and consumers, in whichever state it is. */
  remove(key: StreamKey): Promise<void>
  /** Removes what one account, or everybody, has. */
  removeEverything(accountId?: string): Promise<void>
  /** Goes on with what a crash or a full disk stopped, and removes expired shards. */
  run(signal: AbortSignal): Promise<void>
}

export interface StreamUsage {
  readonly openShards: number
  readonly onDemandStreams: number
}

export interface NewStream {
  readonly mode: StreamMode
  readonly shardCount: number
  readonly recordKib: number
  readonly retentionHours: number
  readonly tags: Readonly<Record<string, string>>
  readonly retentionMs?: number
  readonly topic?: TopicConfigs
  readonly warmMibps?: number
  readonly distributesEvenly?: boolean
}

export interface StreamsDeps {
  readonly store: StreamStore
  readonly settling: Settling
  readonly background: Background
  readonly clock: Clock
  readonly random: Random
  readonly shardMetrics: ShardMetrics
  readonly log: Logger
}

const PAGE = 1000
const ROUND_MS = 1_000
/** All streams are looked at again after this time, for shards whose records have expired. */
const SCAN_MS = 60_000

export function createStreams(deps: StreamsDeps): Streams {
  const { store, settling, clock } = deps
  const unsettled = new Map<string, StreamKey>()

  async function settle(key: StreamKey): Promise<void> {
    const name = `${key.accountId}/${key.region}/${key.name}`
    try {
      await settling.settle(key)
      unsettled.delete(name)
      deps.shardMetrics.keepOnly(key, await store.find(key))
    } catch (error) {
      if (!mayPass(error)) throw error
      unsettled.set(name, key)
      deps.log.warn({ stream: key.name, err: error }, 'a stream is not settled; tried again later')
    }
  }

  async function remove(key: StreamKey): Promise<void> {
    await store.update(key, (stream) => ({ ...stream, status: 'DELETING' }))
    await settle(key)
  }

  let scannedMs = Number.NEGATIVE_INFINITY
  async function round(signal: AbortSignal): Promise<number> {
    if (clock.monotonicMs() - scannedMs >= SCAN_MS) {
      for await (const { stream, ...key } of store.everywhere()) {
        if (settling.isUnsettled(stream)) await settle(key)
        if (signal.aborted) return 0
      }
      scannedMs = clock.monotonicMs()
    }
    for (const key of [...unsettled.values()]) await settle(key)
    return ROUND_MS
  }

  return {
    get: store.get,
    find: store.find,
    async getReady(key) {
      const stream = await store.get(key)
      if (stream.status === 'CREATING' || stream.status === 'DELETING') throw streamNotFound(key)
      return stream
    },
    list: store.list,
    everywhere: store.everywhere,
    usage: (scope) => usageOf(store, scope),
    async create(key, request) {
      const stream = newStream(key, request, deps)
      if (!(await store.create(key, stream))) throw streamExists(key)
      await settle(key)
    },
    async change(key, change) {
      const changed = await store.update(key, (stream) => {
        if (stream.status !== 'ACTIVE') throw streamNotActive(key, stream)
        return change(stream)
      })
      if (changed.status !== 'ACTIVE') await settle(key)
      return changed
    },
    remove,
    async removeEverything(accountId) {
      for await (const { stream, ...key } of store.everywhere()) {
        if (accountId === undefined || key.accountId === accountId) await remove(key)
      }
    },
    run: (signal) => deps.background.run({ name: 'kinesis/settling', round }, signal),
  }
}

function newStream(
  key: StreamKey,
  request: NewStream,
  { clock, random }: Pick<StreamsDeps, 'clock' | 'random'>,
): Stream {
  const createdMs = clock.wallMs()
  const { shardCount, ...given } = request
  const shards = uniformRanges(shardCount).map(
    (range, number): Shard => ({ number, ...range, createdMs, parents: [] }),
  )
  return {
    ...given,
    name: key.name,
    creationId: random.bytes(8).toString('hex'),
    createdMs,
    status: 'CREATING',
    shards,
    nextShardNumber: shardCount,
    rounds: [],
    scalingsMs: [],
    modeChangesMs: [],
  }
}

async function usageOf(store: StreamStore, scope: Scope): Promise<StreamUsage> {
  let shardCount = 0
  let onDemandStreams = 0
  for (let after: string | undefined; ; ) {
    const page = await store.list(scope, { limit: PAGE, ...(after !== undefined && { after }) })
    for (const stream of page) {
      shardCount += openShards(stream).length
      if (stream.mode === 'ON_DEMAND') onDemandStreams++
    }
    after = page.at(-1)?.name
    if (page.length < PAGE) return { openShards: shardCount, onDemandStreams }
  }
}
