import { kafkaErrorName } from '../../wire/kafka/errors.ts'
import type { KafkaCluster } from './kafka-cluster.ts'
import { KafkaFault, refuseErrorCode } from './kafka-fault.ts'
import { EARLIEST } from './partition-requests.ts'

export type TopicConfigs = Readonly<Record<string, string>>

const TIMEOUT_MS = 30_000
const PARTITIONS_PATIENCE_MS = 120_000
const REPLICAS = 3
const TOPIC = 2
const SET = 0

/** Makes the topic unless it is there, with however many partitions; resolves when brokers know it. */
export async function createTopic(
  cluster: KafkaCluster,
  topic: string,
  partitions: number,
  options: { readonly replicas?: number; readonly configs: TopicConfigs },
): Promise<void> {
  const replicas = options.replicas ?? Math.min(REPLICAS, await cluster.brokerCount())
  const inSync = String(Math.max(1, replicas - 1))
  const configs = { 'min.insync.replicas': inSync, ...options.configs }
  await cluster.persist(async () => {
    const request = {
      topics: [
        {
          name: topic,
          numPartitions: partitions,
          replicationFactor: replicas,
          assignments: [],
          configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
        },
      ],
      timeoutMs: TIMEOUT_MS,
    }
    const answer = await cluster.askAny('createTopics', request)
    refuseAll(answer.topics, `topic ${topic} is not made`, 'TOPIC_ALREADY_EXISTS')
  })
  await awaitPartitions(cluster, topic, 1)
}

/** Resolves when the topic has at least this many partitions, and all of them can be read and written. */
export async function growTopic(
  cluster: KafkaCluster,
  topic: string,
  partitions: number,
): Promise<void> {
  await cluster.persist(async () => {
    if ((await cluster.partitionCount(topic)) >= partitions) return
    const topics = [{ name: topic, count: partitions, assignments: null }]
    const request = { topics, timeoutMs: TIMEOUT_MS, validateOnly: false }
    const answer = await cluster.askAny('createPartitions', request)
    // Not more than it has: the broker that was asked for their count did not know them yet.
    refuseAll(answer.results, `topic ${topic} does not grow`, 'INVALID_PARTITIONS')
  })
  await awaitPartitions(cluster, topic, partitions)
}

/** A topic that is not there is removed already. */
export async function deleteTopic(cluster: KafkaCluster, topic: string): Promise<void> {
  await cluster.persist(async () => {
    const topics = [{ name: topic, topicId: '00000000-0000-0000-0000-000000000000' }]
    const request = { topics, topicNames: [topic], timeoutMs: TIMEOUT_MS }
    const answer = await cluster.askAny('deleteTopics', request)
    refuseAll(answer.responses, `topic ${topic} is not removed`, 'UNKNOWN_TOPIC_OR_PARTITION')
  })
  cluster.forget(topic)
}

export async function alterTopicConfigs(
  cluster: KafkaCluster,
  topic: string,
  configs: TopicConfigs,
): Promise<void> {
  await cluster.persist(async () => {
    const changes = Object.entries(configs).map(([name, value]) => {
      return { name, value, configOperation: SET }
    })
    const resources = [{ resourceType: TOPIC, resourceName: topic, configs: changes }]
    const answer = await cluster.askAny('incrementalAlterConfigs', {
      resources,
      validateOnly: false,
    })
    refuseAll(answer.responses, `topic ${topic} does not take its settings`)
  })
}

/**
 * Brokers learn of new partitions a moment after their making, and make their files one after the
 * other: that takes seconds where there are a thousand.
 */
async function awaitPartitions(cluster: KafkaCluster, topic: string, count: number): Promise<void> {
  const options = { patienceMs: PARTITIONS_PATIENCE_MS, onFault: () => cluster.forget(topic) }
  cluster.forget(topic)
  await cluster.persist(async () => {
    const byLeader = new Map<number, number[]>()
    for (let partition = 0; partition < count; partition++) {
      const leader = await cluster.leaderOf({ topic, partition })
      const led = byLeader.get(leader) ?? []
      byLeader.set(leader, led)
      led.push(partition)
    }
    await Promise.all(
      Array.from(byLeader, ([broker, led]) => refuseUnready(cluster, broker, topic, led)),
    )
  }, options)
}

async function refuseUnready(
  cluster: KafkaCluster,
  broker: number,
  name: string,
  led: ReadonlyArray<number>,
): Promise<void> {
  const partitions = led.map((partitionIndex) => ({ partitionIndex, timestamp: EARLIEST }))
  const topics = [{ name, partitions }]
  const request = { replicaId: -1, isolationLevel: 0, topics, timeoutMs: TIMEOUT_MS }
  const answer = await cluster.ask(broker, 'main', 'listOffsets', request)
  for (const one of answer.topics[0]?.partitions ?? []) {
    refuseErrorCode(one.errorCode, `partition ${one.partitionIndex} of ${name}`)
  }
}

function refuseAll(
  answers: ReadonlyArray<{ readonly errorCode: number; readonly errorMessage: string | null }>,
  what: string,
  ...unless: ReadonlyArray<string>
): void {
  for (const { errorCode, errorMessage } of answers) {
    const code = kafkaErrorName(errorCode)
    if (code === 'NONE' || unless.includes(code)) continue
    throw new KafkaFault(code, errorMessage ? `${what} (${errorMessage})` : what)
  }
}
