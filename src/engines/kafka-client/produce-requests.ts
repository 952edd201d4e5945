import { present } from '../../base/assert.ts'
import type { KafkaClientResponse } from '../../wire/kafka/apis.ts'
import type { KafkaCluster, KafkaPartition } from './kafka-cluster.ts'

/** Puts batches of different partitions that arrive together into one request to their broker. */
export interface ProduceRequests {
  /** Answers what the broker says of this partition; rejects when it does not answer. */
  send(broker: number, partition: KafkaPartition, batch: Buffer): Promise<ProducedPartition>
}

export type ProducedPartition =
  KafkaClientResponse<'produce'>['responses'][number]['partitionResponses'][number]

interface Entry {
  readonly partition: KafkaPartition
  readonly batch: Buffer
  resolve(answer: ProducedPartition): void
  reject(error: unknown): void
}

interface Lane {
  waiting: Entry[]
  inFlight: number
}

const ALL_IN_SYNC = -1
/** While so many requests are under way to a broker, batches gather for the next one. */
const IN_FLIGHT_MAX = 4
const REQUEST_BYTES_MAX = 36 << 20
/** How long replicas may take; the request as a whole may take somewhat longer. */
const REPLICAS_TIMEOUT_MS = 10_000

export function createProduceRequests(cluster: KafkaCluster): ProduceRequests {
  const lanes = new Map<number, Lane>()

  function kick(broker: number, lane: Lane): void {
    while (lane.inFlight < IN_FLIGHT_MAX && lane.waiting.length > 0) {
      const entries = takeRequest(lane)
      lane.inFlight++
      void run(broker, entries).finally(() => {
        lane.inFlight--
        kick(broker, lane)
      })
    }
  }

  async function run(broker: number, entries: ReadonlyArray<Entry>): Promise<void> {
    try {
      const topicData = topicsOf(entries)
      const request = {
        transactionalId: null,
        acks: ALL_IN_SYNC,
        timeoutMs: REPLICAS_TIMEOUT_MS,
        topicData,
      }
      const answer = await cluster.ask(broker, 'produce', 'produce', request)
      const answers = new Map<string, ProducedPartition>()
      for (const { name, partitionResponses } of answer.responses) {
        for (const one of partitionResponses) answers.set(`${one.index}/${name}`, one)
      }
      for (const { partition, resolve } of entries) {
        const key = `${partition.partition}/${partition.topic}`
        resolve(present(answers.get(key), 'the answer to a batch'))
      }
    } catch (error) {
      for (const { reject } of entries) reject(error)
    }
  }

  return {
    send(broker, partition, batch) {
      const lane = lanes.get(broker) ?? { waiting: [], inFlight: 0 }
      lanes.set(broker, lane)
      return new Promise((resolve, reject) => {
        lane.waiting.push({ partition, batch, resolve, reject })
        // Behind what else is ready in this turn.
        if (lane.waiting.length === 1) void Promise.resolve().then(() => kick(broker, lane))
      })
    },
  }
}

function takeRequest(lane: Lane): ReadonlyArray<Entry> {
  let sizeBytes = 0
  let count = 0
  for (const { batch } of lane.waiting) {
    sizeBytes += batch.length
    if (count > 0 && sizeBytes > REQUEST_BYTES_MAX) break
    count++
  }
  const entries = lane.waiting.slice(0, count)
  lane.waiting = lane.waiting.slice(count)
  return entries
}

function topicsOf(entries: ReadonlyArray<Entry>) {
  const topics = new Map<string, { index: number; records: Buffer[] }[]>()
  for (const { partition, batch } of entries) {
    const partitions = topics.get(partition.topic) ?? []
    topics.set(partition.topic, partitions)
    partitions.push({ index: partition.partition, records: [batch] })
  }
  return Array.from(topics, ([name, partitionData]) => ({ name, partitionData }))
}
