import type { KafkaResponse } from '../../../wire/kafka/apis.ts'
import type { BrokerDefaults } from '../broker-rules.ts'
import type { Broker, BrokerSettings } from './broker.ts'
import type { ConfigType } from './config-value.ts'
import type { TopicConfig } from './topic-configs.ts'
import { topicConfigs } from './topic-configs.ts'
import type { ConfigValues } from './topic-settings.ts'

export type DescribedConfig = KafkaResponse<'describeConfigs'>['results'][number]['configs'][number]

/** Where a value comes from, in Kafka's numbers. */
const SET_ON_TOPIC = 1
const SET_ON_BROKER = 4
const DEFAULT = 5

const typeNumbers: Readonly<Record<ConfigType, number>> = {
  boolean: 1,
  string: 2,
  int: 3,
  long: 5,
  double: 6,
  list: 7,
}

export interface ConfigWishes {
  /** Null: all. */
  readonly names: ReadonlyArray<string> | null
  readonly synonyms: boolean
  readonly documentation: boolean
}

export const ALL_CONFIGS: ConfigWishes = { names: null, synonyms: false, documentation: false }

/** What holds for a topic on which `values` are set. */
export function describeTopicConfigs(
  values: ConfigValues,
  wishes: ConfigWishes,
): DescribedConfig[] {
  return topicConfigs
    .filter(({ name }) => isWanted(name, wishes))
    .map((config) => {
      const given = values[config.name]
      const value = given ?? config.default
      const onTopic = { name: config.name, value, source: SET_ON_TOPIC }
      const ofBroker = { name: config.brokerName, value: config.default, source: DEFAULT }
      return {
        name: config.name,
        value,
        readOnly: false,
        configSource: given === undefined ? DEFAULT : SET_ON_TOPIC,
        isSensitive: false,
        synonyms: wishes.synonyms ? (given === undefined ? [ofBroker] : [onTopic, ofBroker]) : [],
        configType: typeNumbers[config.type],
        documentation: wishes.documentation ? config.documentation : null,
      }
    })
}

/** What holds for this broker; all of it follows from settings and MSK clusters, and is read only. */
export function describeBrokerConfigs(
  broker: Broker,
  settings: BrokerSettings & BrokerDefaults,
  wishes: ConfigWishes,
): DescribedConfig[] {
  const defaults = topicConfigs.map((config) => rowOfDefault(config, settings))
  const rows = [...brokerFacts(broker, settings), ...defaults]
  rows.sort((a, b) => (a.name < b.name ? -1 : 1))
  return rows
    .filter(({ name }) => isWanted(name, wishes))
    .map((row) => {
      const synonym = { name: row.name, value: row.value, source: row.source }
      return {
        name: row.name,
        value: row.value,
        readOnly: true,
        configSource: row.source,
        isSensitive: false,
        synonyms: wishes.synonyms ? [synonym] : [],
        configType: typeNumbers[row.type],
        documentation: wishes.documentation ? row.documentation : null,
      }
    })
}

interface BrokerRow {
  readonly name: string
  readonly value: string
  readonly type: ConfigType
  readonly source: number
  readonly documentation: string
}

function rowOfDefault(
  { name: topicName, brokerName: name, default: usual, type, documentation }: TopicConfig,
  settings: BrokerDefaults,
): BrokerRow {
  const set = settings.topicConfigs[topicName]
  const source = set === undefined ? DEFAULT : SET_ON_BROKER
  return { name, value: set ?? usual, type, source, documentation }
}

function brokerFacts(
  { nodeId, rack, logDirectory }: Broker,
  settings: BrokerSettings,
): ReadonlyArray<BrokerRow> {
  const fact = (name: string, type: ConfigType, value: string, documentation: string) => {
    return { name, value, type, source: SET_ON_BROKER, documentation }
  }
  return [
    fact(
      'auto.create.topics.enable',
      'boolean',
      String(settings.autoCreateTopics),
      'Whether a topic that a client asks for is made.',
    ),
    fact('broker.id', 'int', String(nodeId), 'The number of this broker.'),
    fact('broker.rack', 'string', rack ?? '', 'Where this broker stands.'),
    fact('default.replication.factor', 'int', '1', 'There is one replica of each partition.'),
    fact('delete.topic.enable', 'boolean', 'true', 'Topics can be deleted.'),
    fact('log.dirs', 'string', logDirectory, 'Where the records are.'),
    fact('node.id', 'int', String(nodeId), 'The number of this broker.'),
    fact(
      'num.partitions',
      'int',
      String(settings.partitionsDefault),
      'Partitions of a topic that is made without saying how many.',
    ),
  ]
}

function isWanted(name: string, { names }: ConfigWishes): boolean {
  return names === null || names.includes(name)
}
