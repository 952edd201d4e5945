import type { Scope } from '../../../base/scope.ts'
import type { KafkaConnection } from '../../../wire/kafka/operation.ts'
import type { BrokerDefaults, BrokerRules } from '../broker-rules.ts'
import { noRules } from '../broker-rules.ts'

/** What there is to say about this broker, the only one. */
export interface Broker {
  readonly nodeId: number
  readonly clusterId: string
  readonly rack: string | null
  /** Where records are, for DescribeLogDirs. */
  readonly logDirectory: string
  readonly settings: BrokerSettings
  /** What accounts want otherwise; absent: nothing. */
  readonly rules?: BrokerRules
}

export interface BrokerSettings {
  /** Whether a topic that somebody asks for is made (`auto.create.topics.enable`). */
  readonly autoCreateTopics: boolean
  /** Partitions of a topic that is made without saying how many (`num.partitions`). */
  readonly partitionsDefault: number
}

/** The settings as they hold in an account and region. */
export async function settingsIn(
  { settings, rules = noRules }: Broker,
  scope: Scope,
): Promise<BrokerSettings & BrokerDefaults> {
  return { ...settings, ...(await rules.defaults(scope)) }
}

/** Every partition has this epoch: its leader never changes. */
export const LEADER_EPOCH = 0

/** The broker as this client reaches it. */
export function wireBroker({ nodeId, rack }: Broker, { advertised }: KafkaConnection) {
  return { nodeId, host: advertised.host, port: advertised.port, rack }
}
