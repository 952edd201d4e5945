import type { KafkaConnection } from '../../../wire/kafka/operation.ts'

/** What there is to say about this broker, the only one. */
export interface Broker {
  readonly nodeId: number
  readonly clusterId: string
  readonly rack: string | null
  /** Where records are, for DescribeLogDirs. */
  readonly logDirectory: string
  readonly settings: BrokerSettings
}

export interface BrokerSettings {
  /** Whether a topic that somebody asks for is made (`auto.create.topics.enable`). */
  readonly autoCreateTopics: boolean
  /** Partitions of a topic that is made without saying how many (`num.partitions`). */
  readonly partitionsDefault: number
}

/** Every partition has this epoch: its leader never changes. */
export const LEADER_EPOCH = 0

/** The broker as this client reaches it. */
export function wireBroker({ nodeId, rack }: Broker, { advertised }: KafkaConnection) {
  return { nodeId, host: advertised.host, port: advertised.port, rack }
}
