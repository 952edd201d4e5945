import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Throughput } from '../../base/throughput.ts'
import {
  GET_RECORDS_COUNT_MAX,
  READ_BYTES_PER_SECOND,
  SUBSCRIPTION_LIFE_MS,
  SUBSCRIPTION_TAKEOVER_MS,
} from './limits.ts'
import type { ShardAt, ShardReads } from './shard-reads.ts'
import { shardAt } from './shard-reads.ts'
import { shardIdOf } from './stream.ts'
import type { ShardBatch } from './stream-reader.ts'
import type { Streams } from './streams.ts'

/** One consumer's live reading of one shard. */
export interface Subscriptions {
  /**
   * Starts one, or throws `ResourceInUseException` while one that started less than 5 seconds ago
   * runs; an older one is taken over, and ends with that error. The batches come as records arrive,
   * at 2 MB a second, the first at once and others at least every few seconds though empty, until 5
   * minutes have passed, the shard has ended, or the signal aborts.
   */
  open(request: SubscriptionRequest, signal: AbortSignal): AsyncIterable<SubscriptionEvent>
}

export interface SubscriptionRequest {
  readonly consumerArn: string
  readonly consumerName: string
  readonly at: ShardAt
  readonly offset: number
}

export type SubscriptionEvent =
  | { readonly kind: 'batch'; readonly batch: ShardBatch; readonly at: ShardAt }
  | { readonly kind: 'taken over'; readonly error: ServiceError }

export interface SubscriptionsDeps {
  readonly streams: Streams
  readonly reads: ShardReads
  readonly clock: Clock
  readonly throughput: Throughput | undefined
}

interface Running {
  readonly sinceMs: number
  readonly end: AbortController
}

const BATCH_BYTES_MAX = READ_BYTES_PER_SECOND / 2
/** AWS: empty events tell a consumer that it is up to date; about this often. */
const HEARTBEAT_MS = 5_000

export function createSubscriptions(deps: SubscriptionsDeps): Subscriptions {
  const { clock } = deps
  const running = new Map<string, Running>()

  return {
    open(request, signal) {
      const name = `${request.consumerArn}/${request.at.shard.number}`
      const before = running.get(name)
      const sinceMs = clock.monotonicMs()
      if (before && sinceMs - before.sinceMs < SUBSCRIPTION_TAKEOVER_MS) throw inUse(request)
      before?.end.abort()
      const mine = { sinceMs, end: new AbortController() }
      running.set(name, mine)
      const stop = () => mine.end.abort()
      signal.addEventListener('abort', stop, { once: true })
      if (signal.aborted) stop()
      return runSubscription(deps, request, mine, () => {
        signal.removeEventListener('abort', stop)
        const isMine = running.get(name) === mine
        if (isMine) running.delete(name)
        return isMine
      })
    },
  }
}

async function* runSubscription(
  deps: SubscriptionsDeps,
  request: SubscriptionRequest,
  mine: Running,
  release: () => boolean,
): AsyncGenerator<SubscriptionEvent> {
  const { clock } = deps
  const { signal } = mine.end
  let isOver = false
  try {
    let { at, offset } = request
    while (!signal.aborted && clock.monotonicMs() - mine.sinceMs < SUBSCRIPTION_LIFE_MS) {
      at = await latest(deps, at)
      const batch = await readWithin(deps, request, at, offset, signal)
      offset = batch.nextOffset
      yield { kind: 'batch', batch, at }
      if (batch.closed && offset >= batch.endOffset) return
      if (offset >= batch.endOffset) await rest(deps, at, offset, mine)
    }
  } finally {
    isOver = !release()
  }
  if (isOver) yield { kind: 'taken over', error: inUse(request) }
}

/** The shard as it is now: it may have been closed since. */
async function latest({ streams }: SubscriptionsDeps, at: ShardAt): Promise<ShardAt> {
  const stream = await streams.getReady(at.key)
  return stream === at.stream ? at : shardAt(at.key, stream, at.shard.number)
}

async function readWithin(
  { reads, clock, throughput }: SubscriptionsDeps,
  { consumerArn }: SubscriptionRequest,
  at: ShardAt,
  offset: number,
  signal: AbortSignal,
): Promise<ShardBatch> {
  const name = `${consumerArn}/${at.shard.number}`
  const waitMs = throughput?.waitMs(name) ?? 0
  if (waitMs > 0) await clock.sleep(waitMs, signal)
  const limits = { recordsMax: GET_RECORDS_COUNT_MAX, bytesMax: BATCH_BYTES_MAX }
  const batch = await reads.read(at, { offset, ...limits })
  let bytes = 0
  for (const { data, partitionKey } of batch.records) bytes += data.length + partitionKey.length
  throughput?.charge(name, bytes)
  return batch
}

/** Until there is a record, or it is time for an empty event. */
async function rest(
  { reads, clock }: SubscriptionsDeps,
  at: ShardAt,
  offset: number,
  { end }: Running,
): Promise<void> {
  const patience = new AbortController()
  const stop = () => patience.abort()
  end.signal.addEventListener('abort', stop, { once: true })
  if (end.signal.aborted) stop()
  try {
    const waiting = reads.waitFor(at, offset, patience.signal)
    await Promise.race([waiting, clock.sleep(HEARTBEAT_MS, patience.signal)])
    patience.abort()
    await waiting
  } finally {
    end.signal.removeEventListener('abort', stop)
    stop()
  }
}

// AWS: the text is recorded in awslabs/amazon-kinesis-client, issue 391.
function inUse({ at, consumerName }: SubscriptionRequest): ServiceError {
  const { key, shard } = at
  const name = `${key.accountId}:${key.name}:${shardIdOf(shard.number)}:${consumerName}`
  return new ServiceError(
    'ResourceInUseException',
    `Another active subscription exists for this consumer: ${name}`,
  )
}
