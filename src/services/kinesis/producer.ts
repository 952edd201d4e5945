// Hot: one pass over the records of a request; a promise a shard, none a record.
import type { Clock } from '../../base/clock.ts'
import { EngineError } from '../../base/errors.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { LogEngine, LogRecord } from '../../engines/log/port.ts'
import { compactHash, hashOfDecimal, hashOfPartitionKey } from './hash-key.ts'
import {
  PUT_RECORDS_BYTES_MAX,
  WRITE_BYTES_PER_SECOND,
  WRITE_RECORDS_PER_SECOND,
} from './limits.ts'
import type { OnDemand } from './on-demand.ts'
import { sequenceNumbersOf } from './sequence-number.ts'
import type { Shard, Stream, StreamKey } from './stream.ts'
import { openShards, partitionOf, shardIdOf } from './stream.ts'
import { invalidArgument, invalidRequest, rateExceeded } from './stream-errors.ts'
import type { Streams } from './streams.ts'
import type { Throughput } from './throughput.ts'
import { createThroughput } from './throughput.ts'

export interface PutEntry {
  readonly partitionKey: string
  readonly explicitHashKey?: string | undefined
  readonly data: Uint8Array
}

export type PutResult =
  | { readonly shardId: string; readonly sequenceNumber: string }
  | { readonly errorCode: string; readonly errorMessage: string }

/** Writes records into streams, each to the shard that its key or hash belongs to. */
export interface Producer {
  /**
   * Answers one result an entry, in their order; a record has a sequence number once it is durable.
   * Records that exceed the throughput of their shard fail alone. Throws when the request as a whole
   * cannot be taken, and the engine's error when no record could be written. `nameOfData` names the
   * member of an entry in the words of the request.
   */
  put(
    key: StreamKey,
    entries: ReadonlyArray<PutEntry>,
    nameOfData: (index: number) => string,
  ): Promise<ReadonlyArray<PutResult>>
}

export interface ProducerDeps {
  readonly streams: Streams
  readonly onDemand: OnDemand
  readonly log: LogEngine
  readonly clock: Clock
  readonly metrics: Metrics
  /** Whether the throughput of shards is limited. */
  readonly limits: boolean
}

/** The records of one request for one shard, and which entries of it they are. */
interface Lot {
  readonly shard: Shard
  readonly records: LogRecord[]
  readonly places: number[]
}

interface Outcome {
  readonly results: (PutResult | undefined)[]
  /** Entries whose shard was closed before they were written. */
  readonly late: number[]
  failure: unknown
}

/** How long a put waits for a resharding that is under way, and between two looks at it. */
const RESHARDING_MS_MAX = 10_000
const RESHARDING_LOOK_MS = 5

export function createProducer(deps: ProducerDeps): Producer {
  const { streams, clock } = deps
  const routeOf = createRouting()
  const admit = deps.limits ? createAdmission(deps) : () => true

  function sort(key: StreamKey, stream: Stream, places: Iterable<number>, request: Request) {
    const route = routeOf(stream)
    const lots = new Map<Shard, Lot>()
    const timestampMs = clock.wallMs()
    for (const place of places) {
      const entry = request.entries[place] as PutEntry
      const shard = route(request.hashes[place] as string)
      if (request.isFirst && !admit(key, stream, shard, entry)) {
        const errorMessage = rateExceeded(key, shard.number)
        request.results[place] = {
          errorCode: 'ProvisionedThroughputExceededException',
          errorMessage,
        }
        continue
      }
      let lot = lots.get(shard)
      if (!lot) {
        lot = { shard, records: [], places: [] }
        lots.set(shard, lot)
      }
      lot.records.push({ key: entry.partitionKey, value: entry.data, timestampMs })
      lot.places.push(place)
    }
    return { lots, timestampMs }
  }

  return {
    async put(key, entries, nameOfData) {
      let stream = await streams.getReady(key)
      const bytes = refuseLarge(stream, entries, nameOfData)
      deps.onDemand.note(key, stream, { bytes, records: entries.length })
      const hashes = entries.map(hashOfEntry)
      const results: (PutResult | undefined)[] = new Array(entries.length)
      let places: Iterable<number> = entries.keys()
      const untilMs = clock.monotonicMs() + RESHARDING_MS_MAX
      for (let isFirst = true; ; isFirst = false) {
        const request = { entries, hashes, results, isFirst }
        const { lots, timestampMs } = sort(key, stream, places, request)
        const outcome: Outcome = { results, late: [], failure: undefined }
        const arrived = { key, stream, timestampMs }
        await Promise.all(Array.from(lots.values(), (lot) => append(deps, arrived, lot, outcome)))
        if (outcome.late.length === 0) return finished(outcome)
        if (clock.monotonicMs() > untilMs) {
          outcome.failure ??= new EngineError('timeout', 'the resharding does not end')
          return finished(outcome)
        }
        places = outcome.late
        await clock.sleep(RESHARDING_LOOK_MS)
        stream = await streams.getReady(key)
      }
    },
  }
}

interface Request {
  readonly entries: ReadonlyArray<PutEntry>
  readonly hashes: ReadonlyArray<string>
  readonly results: (PutResult | undefined)[]
  /** Limits are asked once, however often a resharding sends the record elsewhere. */
  readonly isFirst: boolean
}

async function append(
  { log }: ProducerDeps,
  arrived: { readonly key: StreamKey; readonly stream: Stream; readonly timestampMs: number },
  lot: Lot,
  outcome: Outcome,
): Promise<void> {
  const { key, stream, timestampMs } = arrived
  const { shard, records, places } = lot
  try {
    const { baseOffset } = await log.append(partitionOf(key, stream, shard.number), records)
    const shardId = shardIdOf(shard.number)
    const first = { offset: baseOffset, arrivalMs: timestampMs, count: records.length }
    const numbers = sequenceNumbersOf(shard, first)
    for (let index = 0; index < places.length; index++) {
      const sequenceNumber = numbers[index] as string
      outcome.results[places[index] as number] = { shardId, sequenceNumber }
    }
  } catch (error) {
    const isLate = error instanceof EngineError && ['conflict', 'not-found'].includes(error.kind)
    if (isLate) outcome.late.push(...places)
    else outcome.failure = error
  }
}

function finished({ results, failure }: Outcome): ReadonlyArray<PutResult> {
  if (failure && results.every((result) => result === undefined)) throw failure
  return Array.from(
    results,
    (result) =>
      result ?? { errorCode: 'InternalFailure', errorMessage: 'Internal Service Failure' },
  )
}

/** Answers the bytes of all entries together. */
function refuseLarge(
  { recordKib }: Stream,
  entries: ReadonlyArray<PutEntry>,
  nameOfData: (index: number) => string,
): number {
  const bytesMax = recordKib * 1024
  let totalBytes = 0
  for (const [index, entry] of entries.entries()) {
    // AWS: recorded in awslabs/amazon-kinesis-producer, issue 680.
    if (entry.data.length > bytesMax) {
      throw invalidRequest(
        `1 validation error detected: Value at '${nameOfData(index)}' failed to satisfy ` +
          `constraint: Member must have length less than or equal to ${bytesMax}`,
      )
    }
    const sizeBytes = sizeOf(entry)
    if (sizeBytes > bytesMax) {
      throw invalidArgument(`Record size (data and partition key) exceeds ${recordKib} KB limit`)
    }
    totalBytes += sizeBytes
  }
  // AWS: recorded, when it was 5 MB, in aws/amazon-kinesis-streams-for-fluent-bit, issue 21.
  if (totalBytes > PUT_RECORDS_BYTES_MAX) throw invalidArgument('Records size exceeds 10 MB limit')
  return totalBytes
}

function hashOfEntry({ partitionKey, explicitHashKey }: PutEntry): string {
  if (explicitHashKey === undefined) return hashOfPartitionKey(partitionKey)
  const hash = hashOfDecimal(explicitHashKey)
  if (hash !== undefined) return hash
  throw invalidArgument(
    'Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. ' +
      `Specified value was ${explicitHashKey}`,
  )
}

/** Routes by the hash ranges of the open shards; made once for each version of a stream. */
function createRouting(): (stream: Stream) => (hash: string) => Shard {
  const known = new WeakMap<Stream, (hash: string) => Shard>()
  return (stream) => {
    let route = known.get(stream)
    if (!route) {
      route = createRoute(stream)
      known.set(stream, route)
    }
    return route
  }
}

function createRoute(stream: Stream): (hash: string) => Shard {
  const shards = [...openShards(stream)].sort((a, b) => (a.startHash < b.startHash ? -1 : 1))
  const ends = shards.map((shard) => compactHash(shard.endHash))
  return (hash) => {
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

type Admit = (key: StreamKey, stream: Stream, shard: Shard, entry: PutEntry) => boolean

function createAdmission({ clock, metrics }: ProducerDeps): Admit {
  const bytes: Throughput = createThroughput(WRITE_BYTES_PER_SECOND, clock)
  const records: Throughput = createThroughput(WRITE_RECORDS_PER_SECOND, clock)
  return (key, stream, shard, entry) => {
    const name = `${stream.creationId}/${shard.number}`
    const sizeBytes = sizeOf(entry)
    if (bytes.take(name, sizeBytes)) {
      if (records.take(name, 1)) return true
      bytes.charge(name, -sizeBytes)
    }
    const labels = { service: 'kinesis', resource: key.name }
    metrics.record('headrace_throttled_total', labels, 1)
    return false
  }
}

function sizeOf({ partitionKey, data }: PutEntry): number {
  return data.length + Buffer.byteLength(partitionKey)
}
