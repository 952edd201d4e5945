import { EngineError } from '../../base/errors.ts'
import { kafkaErrorName } from '../../wire/kafka/errors.ts'
import type { LogRecord } from '../log/port.ts'
import { encodeRecordBatch } from '../log/segment/record-batch.ts'
import { MARK_EPOCH, stampProducer } from './batch-producer.ts'
import type { KafkaCluster, KafkaPartition } from './kafka-cluster.ts'
import { KafkaFault, refuseErrorCode } from './kafka-fault.ts'
import type { ProduceRequests } from './produce-requests.ts'
import { createProduceRequests } from './produce-requests.ts'

/**
 * An idempotent producer. What is appended is acknowledged by all replicas in sync when it resolves,
 * in the partition once however often it had to be sent, and in the order of the calls.
 */
export interface RecordProducer {
  /**
   * The records stay together. Appends to a partition that arrive while one is under way share the next
   * batch. Rejects with `invalid` when they are too many bytes, and with `timeout` when it is not known
   * in time whether they were taken.
   */
  append(
    partition: KafkaPartition,
    records: ReadonlyArray<LogRecord>,
  ): Promise<{ readonly baseOffset: number }>
  /** Appends a batch of its own that can be told from all others: `isMark` is true of it. */
  mark(partition: KafkaPartition, record: LogRecord): Promise<{ readonly baseOffset: number }>
  /** Rejects what still waits. */
  close(): void
}

/** Largest batch of records; topics are made to take it (see `topicBatchBytesMax`). */
const RECORDS_BYTES_MAX = 32 << 20
/** With headers and keys, and the header of the batch. */
export const topicBatchBytesMax = 34 << 20
/** Appends that wait are put into one batch up to this size. */
const SHARED_BATCH_BYTES = 1 << 20
const RECORD_OVERHEAD_BYTES = 32
/** What may wait for brokers altogether. */
const WAITING_BYTES_MAX = 256 << 20
const SEQUENCES = 2 ** 31
/** Partitions of which it is known where their sequence numbers are. */
const STREAMS_MAX = 20_000

interface Waiting {
  readonly records: ReadonlyArray<LogRecord>
  readonly sizeBytes: number
  readonly isMark: boolean
  resolve(appended: { readonly baseOffset: number }): void
  reject(error: unknown): void
}

interface Identity {
  /** Given by the cluster; a new one begins when it is not known how a batch ended. */
  producerId: number | undefined
  sequence: number
}

/** One for each partition that is written to. */
interface Stream extends Identity {
  readonly partition: KafkaPartition
  waiting: Waiting[]
  running: boolean
}

export function createRecordProducer(deps: {
  readonly cluster: KafkaCluster
  readonly patienceMs?: number
  /** Called before something is tried again; may throw to give up. */
  readonly onFault?: (partition: KafkaPartition, fault: KafkaFault) => Promise<void>
}): RecordProducer {
  const { cluster } = deps
  const sending = {
    ...deps,
    requests: createProduceRequests(cluster),
    ids: createProducerIds(cluster),
  }
  const streams = new Map<string, Stream>()
  let waitingBytes = 0
  let closed = false

  async function run(stream: Stream): Promise<void> {
    stream.running = true
    while (stream.waiting.length > 0) {
      const group = takeGroup(stream)
      try {
        let { baseOffset } = await send(sending, stream, group)
        for (const one of group) {
          one.resolve({ baseOffset })
          baseOffset += one.records.length
        }
      } catch (error) {
        stream.producerId = undefined
        sending.ids.renew()
        for (const one of group) one.reject(error)
      }
      for (const one of group) waitingBytes -= one.sizeBytes
    }
    stream.running = false
    if (streams.size > STREAMS_MAX) {
      // It begins anew when it is written to again, and not with the sequence numbers of an id it had.
      streams.delete(keyOf(stream.partition))
      sending.ids.renew()
    }
  }

  function enqueue(partition: KafkaPartition, records: ReadonlyArray<LogRecord>, isMark: boolean) {
    return new Promise<{ readonly baseOffset: number }>((resolve, reject) => {
      const sizeBytes = sizeOf(records)
      if (closed) return reject(closedError())
      if (sizeBytes > RECORDS_BYTES_MAX) {
        return reject(new EngineError('invalid', `a batch of ${sizeBytes} bytes is too large`))
      }
      if (waitingBytes + sizeBytes > WAITING_BYTES_MAX) {
        return reject(new EngineError('unavailable', 'too much waits for Apache Kafka'))
      }
      waitingBytes += sizeBytes
      const stream = streamOf(streams, partition)
      stream.waiting.push({ records, sizeBytes, isMark, resolve, reject })
      // A microtask later, so that all appends of one turn share the first batch as well.
      if (!stream.running) {
        stream.running = true
        void Promise.resolve().then(() => run(stream))
      }
    })
  }

  return {
    append: (partition, records) => enqueue(partition, records, false),
    mark: (partition, record) => enqueue(partition, [record], true),
    close() {
      closed = true
      for (const stream of streams.values()) {
        for (const one of stream.waiting) one.reject(closedError())
        stream.waiting = []
      }
    },
  }
}

interface SendDeps {
  readonly cluster: KafkaCluster
  readonly requests: ProduceRequests
  readonly ids: ProducerIds
  readonly patienceMs?: number
  readonly onFault?: (partition: KafkaPartition, fault: KafkaFault) => Promise<void>
}

/** Sends one batch until the brokers have it. */
async function send(
  deps: SendDeps,
  stream: Stream,
  group: ReadonlyArray<Waiting>,
): Promise<{ readonly baseOffset: number }> {
  const { cluster, patienceMs } = deps
  const { partition } = stream
  const isMark = group[0]?.isMark === true
  const batch = encodeRecordBatch(group.map(({ records }) => records))
  const identity: Identity = isMark ? { producerId: undefined, sequence: 0 } : stream
  const sending = {
    batch,
    identity,
    epoch: isMark ? MARK_EPOCH : 0,
    isStamped: false,
    mayBeThere: false,
  }
  const appended = await cluster.persist(() => attempt(deps, partition, sending), {
    ...(patienceMs !== undefined && { patienceMs }),
    onFault(fault) {
      cluster.forget(partition.topic)
      return deps.onFault?.(partition, fault)
    },
  })
  const count = group.reduce((sum, { records }) => sum + records.length, 0)
  identity.sequence = (identity.sequence + count) % SEQUENCES
  return appended
}

interface Sending {
  readonly batch: Buffer
  readonly identity: Identity
  readonly epoch: number
  isStamped: boolean
  /** The brokers may have the batch from an attempt that seemed to fail. */
  mayBeThere: boolean
}

async function attempt(
  { cluster, requests, ids }: SendDeps,
  partition: KafkaPartition,
  sending: Sending,
): Promise<{ readonly baseOffset: number }> {
  const { batch, identity, epoch } = sending
  if (!sending.isStamped) {
    identity.producerId ??= await begin(sending, ids)
    stampProducer(batch, { id: identity.producerId, epoch, sequence: identity.sequence })
    sending.isStamped = true
  }
  const broker = await cluster.leaderOf(partition)
  const answer = await requests.send(broker, partition, batch).catch((error: unknown) => {
    sending.mayBeThere = true
    throw error
  })
  const code = kafkaErrorName(answer.errorCode)
  if (!sending.mayBeThere && SEQUENCE_FAULTS.has(code)) {
    // The cluster lost track of this producer and has none of this batch: as a new producer.
    identity.producerId = undefined
    ids.renew()
    sending.isStamped = false
    throw new KafkaFault('NOT_LEADER_OR_FOLLOWER', `a producer that is not known (${code})`)
  }
  if (MAY_BE_THERE.has(code)) sending.mayBeThere = true
  refuseErrorCode(answer.errorCode, `an append to ${partition.topic}`)
  return { baseOffset: answer.baseOffset }
}

const SEQUENCE_FAULTS: ReadonlySet<string> = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
])
/** Faults behind which the batch may be kept nevertheless. */
const MAY_BE_THERE: ReadonlySet<string> = new Set([
  'REQUEST_TIMED_OUT',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'NETWORK_EXCEPTION',
])

/** Marks have an id each, since their epoch shuts out what is written under the id before. */
async function begin({ identity, epoch }: Sending, ids: ProducerIds): Promise<number> {
  identity.sequence = 0
  return epoch === MARK_EPOCH ? ids.another() : ids.current()
}

interface ProducerIds {
  /** For all partitions that begin before the next `renew`. */
  current(): Promise<number>
  another(): Promise<number>
  /** A partition lost its count: what begins from now on has another id than it had. */
  renew(): void
}

function createProducerIds(cluster: KafkaCluster): ProducerIds {
  let shared: Promise<number> | undefined

  async function another(): Promise<number> {
    const request = {
      transactionalId: null,
      transactionTimeoutMs: 60_000,
      producerId: -1,
      producerEpoch: -1,
    }
    const answer = await cluster.askAny('initProducerId', request)
    refuseErrorCode(answer.errorCode, 'a producer id')
    return answer.producerId
  }

  return {
    another,
    current() {
      if (shared) return shared
      const asked = another()
      shared = asked
      asked.catch(() => {
        if (shared === asked) shared = undefined
      })
      return asked
    },
    renew() {
      shared = undefined
    },
  }
}

function takeGroup(stream: Stream): ReadonlyArray<Waiting> {
  let count = 0
  let sizeBytes = 0
  for (const one of stream.waiting) {
    sizeBytes += one.sizeBytes
    const isApart = one.isMark || stream.waiting[0]?.isMark === true
    if (count > 0 && (isApart || sizeBytes > SHARED_BATCH_BYTES)) break
    count++
  }
  const group = stream.waiting.slice(0, count)
  stream.waiting = stream.waiting.slice(count)
  return group
}

function streamOf(streams: Map<string, Stream>, partition: KafkaPartition): Stream {
  const key = keyOf(partition)
  let stream = streams.get(key)
  if (!stream) {
    stream = { partition, waiting: [], running: false, producerId: undefined, sequence: 0 }
    streams.set(key, stream)
  }
  return stream
}

function keyOf({ topic, partition }: KafkaPartition): string {
  return `${partition}/${topic}`
}

function sizeOf(records: ReadonlyArray<LogRecord>): number {
  let size = 0
  for (const { key, value, headers = [] } of records) {
    size += RECORD_OVERHEAD_BYTES + (value?.length ?? 0)
    size += typeof key === 'string' ? Buffer.byteLength(key) : (key?.length ?? 0)
    for (const header of headers) {
      size += Buffer.byteLength(header.name) + (header.value?.length ?? 0) + RECORD_OVERHEAD_BYTES
    }
  }
  return size
}

function closedError(): EngineError {
  return new EngineError('unavailable', 'the connection to Apache Kafka is closed')
}
