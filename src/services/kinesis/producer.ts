// Hot: one pass over the records of a request; a promise a shard, none a record.
import type { Clock } from '../../base/clock.ts'
import { EngineError } from '../../base/errors.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Throughput } from '../../base/throughput.ts'
import { createThroughput } from '../../base/throughput.ts'
import type { LogEngine, LogRecord } from '../../engines/log/port.ts'
import {
  PUT_RECORDS_BYTES_MAX,
  WRITE_BYTES_PER_SECOND,
  WRITE_RECORDS_PER_SECOND,
} from './limits.ts'
import type { OnDemand } from './on-demand.ts'
import { createRouting, refuseBadHashes } from './routing.ts'
import { sequenceNumbersOf } from './sequence-number.ts'
import type { ShardMetrics } from './shard-metrics.ts'
import type { ShardAt } from './shard-reads.ts'
import type { Shard, Stream, StreamKey } from './stream.ts'
import { partitionOf, shardIdOf } from './stream.ts'
import { invalidArgument, invalidRequest, rateExceeded } from './stream-errors.ts'
import type { Streams } from './streams.ts'

export interface PutEntry {
  /** Null in a stream that distributes records by itself. */
  readonly partitionKey: string | null
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
  /** Throws what `put` would throw of these entries by themselves. */
  check(
    stream: Stream,
    entries: ReadonlyArray<PutEntry>,
    nameOfData: (index: number) => string,
  ): void
}

export interface ProducerDeps {
  readonly streams: Streams
  readonly onDemand: OnDemand
  readonly log: LogEngine
  readonly clock: Clock
  readonly metrics: Metrics
  readonly shardMetrics: ShardMetrics
  /** Whether the throughput of shards is limited. */
  readonly limits: boolean
}

/** The records of one request for one shard, and which entries of it they are. */
interface Lot {
  readonly at: ShardAt
  readonly records: LogRecord[]
  readonly places: number[]
  sizeBytes: number
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
      const sizeBytes = request.sizes[place] as number
      const shard = route(entry)
      let lot = lots.get(shard)
      if (!lot) {
        lot = { at: { key, stream, shard }, records: [], places: [], sizeBytes: 0 }
        lots.set(shard, lot)
      }
      if (request.isFirst && !admit(lot.at, sizeBytes)) {
        const errorMessage = rateExceeded(key, shard.number)
        request.results[place] = {
          errorCode: 'ProvisionedThroughputExceededException',
          errorMessage,
        }
        continue
      }
      lot.records.push({ key: entry.partitionKey, value: entry.data, timestampMs })
      lot.places.push(place)
      lot.sizeBytes += sizeBytes
    }
    const filled = [...lots.values()].filter(({ records }) => records.length > 0)
    return { lots: filled, timestampMs }
  }

  return {
    check(stream, entries, nameOfData) {
      measured(stream, entries, nameOfData)
      refuseBadHashes(stream, entries)
    },
    async put(key, entries, nameOfData) {
      let stream = await streams.getReady(key)
      const sizes = measured(stream, entries, nameOfData)
      refuseBadHashes(stream, entries)
      const results: (PutResult | undefined)[] = new Array(entries.length)
      let places: Iterable<number> = entries.keys()
      const untilMs = clock.monotonicMs() + RESHARDING_MS_MAX
      for (let isFirst = true; ; isFirst = false) {
        const request = { entries, sizes, results, isFirst }
        const { lots, timestampMs } = sort(key, stream, places, request)
        const outcome: Outcome = { results, late: [], failure: undefined }
        await Promise.all(lots.map((lot) => append(deps, timestampMs, lot, outcome)))
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
  readonly sizes: Uint32Array
  readonly results: (PutResult | undefined)[]
  /** Limits are asked once, however often a resharding sends the record elsewhere. */
  readonly isFirst: boolean
}

async function append(
  { log, onDemand, shardMetrics }: ProducerDeps,
  timestampMs: number,
  lot: Lot,
  outcome: Outcome,
): Promise<void> {
  const { at, records, places } = lot
  const { key, stream, shard } = at
  try {
    const { baseOffset } = await log.append(partitionOf(key, stream, shard.number), records)
    const shardId = shardIdOf(shard.number)
    const first = { offset: baseOffset, arrivalMs: timestampMs, count: records.length }
    const numbers = sequenceNumbersOf(shard, first)
    shardMetrics.wrote(at, records.length, lot.sizeBytes)
    onDemand.note(key, stream, { bytes: lot.sizeBytes, records: records.length })
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

/** The sizes of the entries: data and key. Throws for one, or all together, beyond the limits. */
function measured(
  { recordKib }: Stream,
  entries: ReadonlyArray<PutEntry>,
  nameOfData: (index: number) => string,
): Uint32Array {
  const bytesMax = recordKib * 1024
  const sizes = new Uint32Array(entries.length)
  let totalBytes = 0
  for (let index = 0; index < entries.length; index++) {
    const { partitionKey, data } = entries[index] as PutEntry
    // AWS: recorded in awslabs/amazon-kinesis-producer, issue 680.
    if (data.length > bytesMax) {
      throw invalidRequest(
        `1 validation error detected: Value at '${nameOfData(index)}' failed to satisfy ` +
          `constraint: Member must have length less than or equal to ${bytesMax}`,
      )
    }
    const sizeBytes = data.length + (partitionKey === null ? 0 : Buffer.byteLength(partitionKey))
    if (sizeBytes > bytesMax) {
      throw invalidArgument(`Record size (data and partition key) exceeds ${recordKib} KB limit`)
    }
    sizes[index] = sizeBytes
    totalBytes += sizeBytes
  }
  // AWS: recorded, when it was 5 MB, in aws/amazon-kinesis-streams-for-fluent-bit, issue 21.
  if (totalBytes > PUT_RECORDS_BYTES_MAX) throw invalidArgument('Records size exceeds 10 MB limit')
  return sizes
}

type Admit = (at: ShardAt, sizeBytes: number) => boolean

function createAdmission({ clock, metrics, shardMetrics }: ProducerDeps): Admit {
  const bytes: Throughput = createThroughput(WRITE_BYTES_PER_SECOND, clock)
  const records: Throughput = createThroughput(WRITE_RECORDS_PER_SECOND, clock)
  return (at, sizeBytes) => {
    const name = `${at.stream.creationId}/${at.shard.number}`
    if (bytes.take(name, sizeBytes)) {
      if (records.take(name, 1)) return true
      bytes.charge(name, -sizeBytes)
    }
    const labels = { service: 'kinesis', resource: at.key.name }
    metrics.record('headrace_throttled_total', labels, 1)
    shardMetrics.refusedRecord(at)
    return false
  }
}
