import { createAbort } from '../../base/child-abort.ts'
import type { Clock } from '../../base/clock.ts'
import { EngineError } from '../../base/errors.ts'
import type {
  KafkaApiName,
  KafkaClientRequest,
  KafkaClientResponse,
} from '../../wire/kafka/apis.ts'
import { createKafkaCodec } from '../../wire/kafka/frames.ts'
import type { KafkaAddress, KafkaConnection } from './kafka-connection.ts'
import { connectKafka } from './kafka-connection.ts'
import { KafkaFault, refuseErrorCode } from './kafka-fault.ts'

/**
 * A cluster of Apache Kafka: where its partitions are led, and connections to its brokers, opened
 * when they are needed. What fails for a while (a broker that is gone, a leader that moved) is tried
 * again with growing pauses until the given time is over.
 */
export interface KafkaCluster {
  /** Asks one broker; a fault makes the leaders of its topics be looked up anew. */
  ask<Name extends KafkaApiName>(
    broker: number,
    lane: KafkaLane,
    name: Name,
    request: KafkaClientRequest<Name>,
    timeoutMs?: number,
  ): Promise<KafkaClientResponse<Name>>
  /** Asks whichever broker is there (brokers pass on to the controller what is its own). */
  askAny<Name extends KafkaApiName>(
    name: Name,
    request: KafkaClientRequest<Name>,
    timeoutMs?: number,
  ): Promise<KafkaClientResponse<Name>>
  /** The broker that leads the partition. A topic that is not there is `UNKNOWN_TOPIC_OR_PARTITION`. */
  leaderOf(partition: KafkaPartition): Promise<number>
  /** How many partitions the topic has; 0 when it is not there. Always asks. */
  partitionCount(topic: string): Promise<number>
  /** What is known of the topic is not believed any more. */
  forget(topic: string): void
  brokerCount(): Promise<number>
  /**
   * Runs `attempt` until it resolves; retriable faults are tried again until `patienceMs` are over.
   * `onFault` is called before each pause, and may throw to give up.
   */
  persist<T>(attempt: () => Promise<T>, options?: PersistOptions): Promise<T>
  close(): void
}

/**
 * A broker answers what comes by one connection in its order, so what may take long has connections of
 * its own: `poll` and a number for requests that wait for new records.
 */
export type KafkaLane = 'main' | 'produce' | `poll-${number}`

export interface KafkaPartition {
  readonly topic: string
  readonly partition: number
}

export interface PersistOptions {
  readonly patienceMs?: number
  readonly onFault?: (fault: KafkaFault) => Promise<void> | void
}

export interface KafkaClusterOptions {
  readonly bootstrap: ReadonlyArray<KafkaAddress>
  readonly clock: Clock
}

const CONNECT_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 15_000
const PATIENCE_MS = 30_000
const PAUSE_MS = 20
const PAUSE_MS_MAX = 1_000

export function createKafkaCluster(options: KafkaClusterOptions): KafkaCluster {
  const { clock } = options
  const closing = createAbort()
  const connections = createConnections(options)
  const metadata = createMetadata(options, connections)
  const leaders = new Map<string, ReadonlyArray<number>>()

  return {
    async ask(broker, lane, name, request, timeoutMs = REQUEST_TIMEOUT_MS) {
      const address = metadata.brokers.get(broker)
      if (!address) throw new KafkaFault('BROKER_NOT_AVAILABLE', `broker ${broker}`)
      const connection = await connections.get(`${broker} ${lane}`, address)
      return connection.call(name, request, timeoutMs)
    },
    async askAny(name, request, timeoutMs = REQUEST_TIMEOUT_MS) {
      return (await metadata.someConnection()).call(name, request, timeoutMs)
    },
    async leaderOf({ topic, partition }) {
      const known = leaders.get(topic)?.[partition]
      if (known !== undefined && known >= 0) return known
      const found = await metadata.leadersOf(topic)
      leaders.set(topic, found)
      const leader = found[partition]
      const what = `partition ${partition} of ${topic}`
      if (leader === undefined) throw new KafkaFault('UNKNOWN_TOPIC_OR_PARTITION', what)
      if (leader < 0) throw new KafkaFault('LEADER_NOT_AVAILABLE', what)
      return leader
    },
    partitionCount: metadata.partitionCount,
    forget: (topic) => void leaders.delete(topic),
    async brokerCount() {
      await metadata.describeTopics([])
      return metadata.brokers.size
    },
    async persist(attempt, { patienceMs = PATIENCE_MS, onFault } = {}) {
      const untilMs = clock.monotonicMs() + patienceMs
      for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2)) {
        if (closing.signal.aborted) throw closedError()
        try {
          return await attempt()
        } catch (error) {
          if (!(error instanceof KafkaFault) || !mayPass(error)) throw error
          await onFault?.(error)
          if (clock.monotonicMs() >= untilMs) throw outOfPatience(error, patienceMs)
          await clock.sleep(pauseMs, closing.signal)
        }
      }
    },
    close() {
      closing.abort()
      connections.close()
    },
  }
}

/** What the brokers say of themselves and of topics. */
function createMetadata(options: KafkaClusterOptions, connections: Connections) {
  const brokers = new Map<number, KafkaAddress>()
  const asking = new Map<string, Promise<ReadonlyArray<number>>>()

  /** That of the first broker that can be reached: one that was heard of, else one that was given. */
  async function someConnection(): Promise<KafkaConnection> {
    const known = Array.from(brokers, ([id, address]) => ({ name: `${id} main`, address }))
    const given = options.bootstrap.map((address) => {
      return { name: `${address.host}:${address.port}`, address }
    })
    let failure: unknown
    for (const { name, address } of [...known, ...given]) {
      try {
        return await connections.get(name, address)
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  async function describeTopics(names: ReadonlyArray<string>) {
    const connection = await someConnection()
    const request = {
      topics: names.map((name) => ({ topicId: NO_ID, name })),
      allowAutoTopicCreation: false,
      includeTopicAuthorizedOperations: false,
    }
    const answer = await connection.call('metadata', request, REQUEST_TIMEOUT_MS)
    if (answer.brokers.length > 0) brokers.clear()
    for (const { nodeId, host, port } of answer.brokers) brokers.set(nodeId, { host, port })
    return answer.topics
  }

  async function describe(topic: string): Promise<ReadonlyArray<number>> {
    const found: number[] = []
    for (const { errorCode, partitions } of await describeTopics([topic])) {
      refuseErrorCode(errorCode, `topic ${topic}`)
      for (const { partitionIndex, leaderId } of partitions) found[partitionIndex] = leaderId
    }
    return found
  }

  return {
    brokers,
    someConnection,
    describeTopics,
    /** Who asks for the same topic at the same time shares the answer. */
    leadersOf(topic: string): Promise<ReadonlyArray<number>> {
      let found = asking.get(topic)
      if (!found) {
        found = describe(topic).finally(() => asking.delete(topic))
        asking.set(topic, found)
      }
      return found
    },
    async partitionCount(topic: string): Promise<number> {
      try {
        return (await describe(topic)).length
      } catch (error) {
        const isGone = error instanceof KafkaFault && error.code === 'UNKNOWN_TOPIC_OR_PARTITION'
        if (isGone) return 0
        throw error
      }
    },
  }
}

const NO_ID = '00000000-0000-0000-0000-000000000000'

function mayPass(fault: KafkaFault): boolean {
  return fault.isRetriable() || fault.code === 'BROKER_NOT_AVAILABLE'
}

function outOfPatience(fault: KafkaFault, patienceMs: number): EngineError {
  if (fault.kind === 'not-found') return fault
  return new EngineError('timeout', `Apache Kafka did not do it in ${patienceMs} ms`, fault)
}

function closedError(): EngineError {
  return new EngineError('unavailable', 'the connection to Apache Kafka is closed')
}

type Connections = ReturnType<typeof createConnections>

/** Connections by a name for what they are used for; one that is lost is opened again when needed. */
function createConnections({ clock }: KafkaClusterOptions) {
  const codec = createKafkaCodec()
  const open = new Map<string, Promise<KafkaConnection>>()
  let over = false

  function start(name: string, address: KafkaAddress): Promise<KafkaConnection> {
    const opening = connectKafka({ address, codec, clock, timeoutMs: CONNECT_TIMEOUT_MS })
    open.set(name, opening)
    opening.catch(() => {
      if (open.get(name) === opening) open.delete(name)
    })
    return opening
  }

  return {
    async get(name: string, address: KafkaAddress): Promise<KafkaConnection> {
      if (over) throw closedError()
      const opened = open.get(name)
      const known = await opened
      if (known?.isOpen()) return known
      if (open.get(name) === opened) open.delete(name)
      const connection = await (open.get(name) ?? start(name, address))
      if (over) connection.close()
      return connection
    },
    close(): void {
      over = true
      for (const opening of open.values()) {
        opening.then(
          (connection) => connection.close(),
          () => undefined,
        )
      }
      open.clear()
    },
  }
}
