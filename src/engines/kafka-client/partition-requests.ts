import { present } from '../../base/assert.ts'
import type { KafkaClientResponse } from '../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../wire/kafka/errors.ts'
import { kafkaErrorName } from '../../wire/kafka/errors.ts'
import type { KafkaCluster, KafkaLane, KafkaPartition, PersistOptions } from './kafka-cluster.ts'
import { KafkaFault, refuseErrorCode } from './kafka-fault.ts'

/** What a broker has of a partition from an offset on. */
export interface FetchedPartition {
  readonly code: KafkaErrorName
  /** One behind the last record that all replicas in sync have. */
  readonly highWatermark: number
  /** -1 where the broker does not say. */
  readonly logStartOffset: number
  /** Whole batches, and perhaps a part of one more. The first may begin before the asked offset. */
  readonly records: Buffer
}

export interface FetchWish extends KafkaPartition {
  readonly offset: number
  readonly bytesMax: number
}

export interface FetchOptions {
  readonly lane: KafkaLane
  /** How long the broker waits for the first record. */
  readonly waitMs: number
}

const NO_RECORDS = Buffer.alloc(0)
const FETCH_BYTES_MAX = 64 << 20
/** Beyond the time that the broker may wait. */
const FETCH_TIMEOUT_MS = 15_000
const CONSUMER = -1
const NO_ID = '00000000-0000-0000-0000-000000000000'
export const LATEST = -1
export const EARLIEST = -2
const DELETE_TIMEOUT_MS = 10_000

/**
 * Asks the broker that leads all of these partitions for their records, at least one batch of the
 * first that has one. Answers in the order of the wishes.
 */
export async function fetchPartitions(
  cluster: KafkaCluster,
  broker: number,
  wishes: ReadonlyArray<FetchWish>,
  { lane, waitMs }: FetchOptions,
): Promise<ReadonlyArray<FetchedPartition>> {
  const topics = new Map<
    string,
    { partition: number; fetchOffset: number; partitionMaxBytes: number }[]
  >()
  for (const { topic, partition, offset, bytesMax } of wishes) {
    const partitions = topics.get(topic) ?? []
    topics.set(topic, partitions)
    partitions.push({ partition, fetchOffset: offset, partitionMaxBytes: bytesMax })
  }
  const request = {
    maxWaitMs: waitMs,
    minBytes: 1,
    maxBytes: FETCH_BYTES_MAX,
    topics: Array.from(topics, ([topic, partitions]) => ({ topic, topicId: NO_ID, partitions })),
    forgottenTopicsData: [],
  }
  const answer = await cluster.ask(broker, lane, 'fetch', request, waitMs + FETCH_TIMEOUT_MS)
  refuseErrorCode(answer.errorCode, 'a fetch')
  const found = new Map<string, FetchedPartition>()
  for (const { topic, partitions } of answer.responses) {
    for (const one of partitions) found.set(`${one.partitionIndex}/${topic}`, fetched(one))
  }
  return wishes.map(({ topic, partition }) => {
    return present(found.get(`${partition}/${topic}`), 'the answer of a fetch')
  })
}

type AnsweredPartition = KafkaClientResponse<'fetch'>['responses'][number]['partitions'][number]

function fetched(answer: AnsweredPartition): FetchedPartition {
  return {
    code: kafkaErrorName(answer.errorCode),
    highWatermark: answer.highWatermark,
    logStartOffset: answer.logStartOffset,
    records: answer.records ?? NO_RECORDS,
  }
}

/** Records of one partition, without waiting. Rejects with the fault of the partition. */
export function fetchOne(
  cluster: KafkaCluster,
  wish: FetchWish,
  options?: PersistOptions,
): Promise<FetchedPartition> {
  return atLeader(cluster, wish, options, async (broker) => {
    const [one] = await fetchPartitions(cluster, broker, [wish], { lane: 'main', waitMs: 0 })
    const answer = present(one, 'the answer of a fetch')
    if (answer.code !== 'NONE') throw new KafkaFault(answer.code, `a fetch from ${wish.topic}`)
    return answer
  })
}

/** The offset for a time, `LATEST` or `EARLIEST`; -1 when no record is as young. */
export function findOffset(
  cluster: KafkaCluster,
  partition: KafkaPartition,
  timestampMs: number,
  options?: PersistOptions,
): Promise<number> {
  return atLeader(cluster, partition, options, async (broker) => {
    const partitions = [{ partitionIndex: partition.partition, timestamp: timestampMs }]
    const topics = [{ name: partition.topic, partitions }]
    const request = { replicaId: CONSUMER, isolationLevel: 0, topics, timeoutMs: FETCH_TIMEOUT_MS }
    const answer = await cluster.ask(broker, 'main', 'listOffsets', request)
    const one = present(answer.topics[0]?.partitions[0], 'the answer of ListOffsets')
    refuseErrorCode(one.errorCode, `offsets of ${partition.topic}`)
    return one.offset
  })
}

/** Drops the records before `offset`; -1 stands for all. Answers the first offset that is left. */
export function deleteRecordsBefore(
  cluster: KafkaCluster,
  partition: KafkaPartition,
  offset: number,
  options?: PersistOptions,
): Promise<number> {
  return atLeader(cluster, partition, options, async (broker) => {
    const partitions = [{ partitionIndex: partition.partition, offset }]
    const topics = [{ name: partition.topic, partitions }]
    const request = { topics, timeoutMs: DELETE_TIMEOUT_MS }
    const answer = await cluster.ask(broker, 'main', 'deleteRecords', request)
    const one = present(answer.topics[0]?.partitions[0], 'the answer of DeleteRecords')
    refuseErrorCode(one.errorCode, `records of ${partition.topic}`)
    return one.lowWatermark
  })
}

/** Bytes of the partition on the disk of its leader. */
export function partitionSize(
  cluster: KafkaCluster,
  partition: KafkaPartition,
  options?: PersistOptions,
): Promise<number> {
  return atLeader(cluster, partition, options, async (broker) => {
    const topics = [{ topic: partition.topic, partitions: [partition.partition] }]
    const answer = await cluster.ask(broker, 'main', 'describeLogDirs', { topics })
    let sizeBytes = 0
    for (const directory of answer.results) {
      for (const topic of directory.topics) {
        for (const one of topic.partitions) sizeBytes += one.partitionSize
      }
    }
    return sizeBytes
  })
}

/** Asks the leader of a partition, and whoever leads it next when it is not the leader any more. */
export function atLeader<T>(
  cluster: KafkaCluster,
  partition: KafkaPartition,
  options: PersistOptions | undefined,
  ask: (broker: number) => Promise<T>,
): Promise<T> {
  return cluster.persist(async () => ask(await cluster.leaderOf(partition)), {
    ...options,
    onFault(fault) {
      cluster.forget(partition.topic)
      return options?.onFault?.(fault)
    },
  })
}
