import { createAbort } from '../../../base/child-abort.ts'
import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import { createKafkaCluster } from '../../kafka-client/kafka-cluster.ts'
import type { KafkaUrl } from '../../kafka-client/kafka-url.ts'
import type { RecordProducer } from '../../kafka-client/record-producer.ts'
import { createRecordProducer } from '../../kafka-client/record-producer.ts'
import type { MetaStore } from '../../meta/port.ts'
import type { Appended, LogEngine, LogRecord } from '../port.ts'
import { createChanges } from './changes.ts'
import { createChunkCache } from './chunk-cache.ts'
import type { Fence } from './fence.ts'
import { createFence } from './fence.ts'
import type { Partition } from './partition.ts'
import { clear, closedPartition, refuseRemoved } from './partition.ts'
import { createPartitionStates } from './partition-states.ts'
import type { Reads } from './reads.ts'
import { createReads } from './reads.ts'
import type { Registry } from './registry.ts'
import { createRegistry } from './registry.ts'
import type { Tail } from './tail.ts'
import { createTail } from './tail.ts'
import { createTopicKeeper } from './topic-keeper.ts'

export interface KafkaLogOptions {
  readonly url: KafkaUrl
  /** What nodes agree on about partitions is kept there: nodes share partitions if they share it. */
  readonly meta: MetaStore
  readonly clock: Clock
  readonly log: Logger
  /** Of what was read lately. */
  readonly cacheBytes?: number
  /** How long a broker is looked for when the log is opened. */
  readonly patienceMs?: number
}

const CACHE_BYTES = 64 << 20

/**
 * The port over a cluster of Apache Kafka: a topic there for each topic here, so that Kafka's own
 * clients can read along. Acknowledged is what all replicas in sync have, and a reader sees nothing
 * else. Rejects with `unavailable` when no broker can be reached.
 */
export async function openKafkaLog(options: KafkaLogOptions): Promise<LogEngine> {
  const { url, meta, clock, log, cacheBytes = CACHE_BYTES } = options
  const closing = createAbort()
  const cluster = createKafkaCluster({ bootstrap: url.brokers, clock })
  try {
    await cluster.persist(() => cluster.brokerCount(), options)
  } catch (error) {
    cluster.close()
    throw new EngineError('unavailable', `no broker of ${url.text} can be reached`, error)
  }
  const states = createPartitionStates(meta, url.prefix)
  const registry = createRegistry(states, url.prefix)
  const cache = createChunkCache(cacheBytes)
  const fence = createFence({ cluster, states, cache, drop: registry.drop })
  const producer = createRecordProducer({
    cluster,
    async onFault({ topic, partition }, { code }) {
      const known = registry.byPlace(topic, partition)
      if (known && code === 'UNKNOWN_TOPIC_OR_PARTITION') await fence.reload(known)
    },
  })
  const { methods, boundsOf } = createReads({ cluster, fence, cache, registry })
  const tail = createTail({
    cluster,
    clock,
    log,
    fence,
    closing: closing.signal,
    refresh: boundsOf,
  })
  const topics = createTopicKeeper({ cluster, ...url })
  const parts = { registry, fence, producer, boundsOf, tail, closing: closing.signal }
  const changes = createChanges({ ...parts, cluster, states, topics, wallMs: clock.wallMs })
  return whileOpen(closing.signal, {
    capabilities: { retention: true, batches: false, compaction: false, encryption: false },
    ...methods,
    ...changes,
    append: (id, records) => {
      const known = registry.known(id)
      // Without a wait, so that the order of the calls is the order of the records.
      if (known) return append(parts, known, records)
      return registry.find(id).then((partition) => append(parts, partition, records))
    },
    waitFor: async (id, offset, signal) => {
      await waitFor(parts, await registry.find(id), offset, signal)
    },
    async close() {
      if (closing.signal.aborted) return
      closing.abort()
      producer.close()
      cluster.close()
      for (const { waiters } of registry.all()) {
        for (const waiter of waiters) waiter.reject(closedLog())
      }
    },
  })
}

interface Parts {
  readonly registry: Registry
  readonly fence: Fence
  readonly producer: RecordProducer
  readonly boundsOf: Reads['boundsOf']
  readonly tail: Tail
  readonly closing: AbortSignal
}

async function append(
  { fence, producer, boundsOf }: Parts,
  partition: Partition,
  records: ReadonlyArray<LogRecord>,
): Promise<Appended> {
  refuseRemoved(partition)
  if (partition.isClosing || partition.closedAt !== undefined) throw closedPartition(partition.id)
  if (records.length === 0) return { baseOffset: (await boundsOf(partition)).endOffset }
  const { baseOffset } = await producer.append(partition.kafka, records)
  // Behind what was clear already nobody else can have put the mark of an end.
  await fence.prove(partition, baseOffset)
  if (partition.closedAt !== undefined && baseOffset >= partition.closedAt) {
    throw closedPartition(partition.id)
  }
  clear(partition, baseOffset + records.length)
  return { baseOffset }
}

async function waitFor(
  { boundsOf, tail, closing }: Parts,
  partition: Partition,
  offset: number,
  signal: AbortSignal,
): Promise<void> {
  if (offset > partition.clearTo) await boundsOf(partition)
  if (offset < partition.clearTo || partition.closedAt !== undefined || signal.aborted) return
  refuseRemoved(partition)
  if (closing.aborted) throw closedLog()
  await new Promise<void>((resolve, reject) => {
    const settle = () => {
      partition.waiters.delete(waiter)
      signal.removeEventListener('abort', waiter.resolve)
    }
    const waiter = {
      offset,
      resolve() {
        settle()
        resolve()
      },
      reject(error: unknown) {
        settle()
        reject(error)
      },
    }
    partition.waiters.add(waiter)
    signal.addEventListener('abort', waiter.resolve, { once: true })
    tail.watch(partition)
  })
}

/** Everything is refused once the log is closed, however it comes to fail. */
function whileOpen(closing: AbortSignal, log: LogEngine): LogEngine {
  async function guarded<T>(run: () => Promise<T>): Promise<T> {
    if (closing.aborted) throw closedLog()
    return run()
  }
  return {
    ...log,
    ensurePartition: (id, settings) => guarded(() => log.ensurePartition(id, settings)),
    removePartition: (id) => guarded(() => log.removePartition(id)),
    append: (id, records) => guarded(() => log.append(id, records)),
    read: (id, request) => guarded(() => log.read(id, request)),
    waitFor: (id, offset, signal) => guarded(() => log.waitFor(id, offset, signal)),
    bounds: (id) => guarded(() => log.bounds(id)),
    offsetAt: (id, timestampMs) => guarded(() => log.offsetAt(id, timestampMs)),
    trim: (id, offset) => guarded(() => log.trim(id, offset)),
  }
}

function closedLog(): EngineError {
  return new EngineError('unavailable', 'the log is closed')
}
