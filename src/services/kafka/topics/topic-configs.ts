import type { ConfigRule } from './config-value.ts'
import { doubleWithin, intFrom, listOf, longFrom, oneOf, only } from './config-value.ts'
import { BATCH_BYTES_DEFAULT, RETENTION_MS_DEFAULT } from './limits.ts'

/** One config of topics, as data: DescribeConfigs, the checks and the guide follow this table. */
export interface TopicConfig extends ConfigRule {
  readonly name: string
  readonly default: string
  /** The broker's config that the default comes from. */
  readonly brokerName: string
  readonly documentation: string
}

const LONG_MAX = '9223372036854775807'
const SEGMENT_BYTES_DEFAULT = 64 << 20
const SEGMENT_BYTES_MIN = 1 << 20
/** One batch is at most a file of the write-ahead log long, with room to spare. */
const BATCH_BYTES_MAX = 32 << 20

/** In the order of names, as Apache Kafka lists them. */
export const topicConfigs: ReadonlyArray<TopicConfig> = [
  {
    name: 'cleanup.policy',
    brokerName: 'log.cleanup.policy',
    default: 'delete',
    ...listOf('delete', 'compact'),
    documentation:
      'What becomes of old records: `delete` removes them by age and size, `compact` keeps the last ' +
      'record of each key.',
  },
  {
    name: 'compression.type',
    brokerName: 'compression.type',
    default: 'producer',
    ...only('string', 'producer', 'batches are kept as their producers made them.'),
    documentation: 'Batches are kept in the compression that their producers chose.',
  },
  {
    name: 'delete.retention.ms',
    brokerName: 'log.cleaner.delete.retention.ms',
    default: '86400000',
    ...longFrom(0),
    documentation: 'How long a record without a value is kept after compaction.',
  },
  {
    name: 'flush.messages',
    brokerName: 'log.flush.interval.messages',
    default: LONG_MAX,
    ...longFrom(1),
    documentation: 'Every record is on the disk before it is acknowledged, whatever this says.',
  },
  {
    name: 'flush.ms',
    brokerName: 'log.flush.interval.ms',
    default: LONG_MAX,
    ...longFrom(0),
    documentation: 'Every record is on the disk before it is acknowledged, whatever this says.',
  },
  {
    name: 'max.compaction.lag.ms',
    brokerName: 'log.cleaner.max.compaction.lag.ms',
    default: LONG_MAX,
    ...only('long', LONG_MAX, 'nothing is compacted because of its age alone.'),
    documentation: 'Nothing is compacted because of its age alone.',
  },
  {
    name: 'max.message.bytes',
    brokerName: 'message.max.bytes',
    default: String(BATCH_BYTES_DEFAULT),
    ...intFrom(0, BATCH_BYTES_MAX),
    documentation: 'The largest batch of records that is taken, as it was sent.',
  },
  {
    name: 'message.timestamp.after.max.ms',
    brokerName: 'log.message.timestamp.after.max.ms',
    default: '3600000',
    ...longFrom(0),
    documentation: "How far a record's time may lie in the future.",
  },
  {
    name: 'message.timestamp.before.max.ms',
    brokerName: 'log.message.timestamp.before.max.ms',
    default: LONG_MAX,
    ...longFrom(0),
    documentation: "How far a record's time may lie in the past.",
  },
  {
    name: 'message.timestamp.type',
    brokerName: 'log.message.timestamp.type',
    default: 'CreateTime',
    ...oneOf('CreateTime', 'LogAppendTime'),
    documentation: 'Whether records have the time that their producers say, or that of arrival.',
  },
  {
    name: 'min.cleanable.dirty.ratio',
    brokerName: 'log.cleaner.min.cleanable.ratio',
    default: '0.5',
    ...doubleWithin(0, 1),
    documentation: 'The share of bytes not yet compacted from which on compaction is worth while.',
  },
  {
    name: 'min.compaction.lag.ms',
    brokerName: 'log.cleaner.min.compaction.lag.ms',
    default: '0',
    ...longFrom(0),
    documentation: 'How old a record is at least before it is compacted.',
  },
  {
    name: 'min.insync.replicas',
    brokerName: 'min.insync.replicas',
    default: '1',
    ...intFrom(1),
    documentation:
      'Replicas that must have a record for `acks=all`. There is one: with more, such producers are ' +
      'refused.',
  },
  {
    name: 'remote.storage.enable',
    brokerName: 'remote.log.storage.system.enable',
    default: 'false',
    ...only('boolean', 'false', 'all records are on this disk.'),
    documentation: 'All records are on the disk of the broker.',
  },
  {
    name: 'retention.bytes',
    brokerName: 'log.retention.bytes',
    default: '-1',
    ...longFrom(-1),
    documentation: 'How many bytes a partition keeps; -1 for no limit.',
  },
  {
    name: 'retention.ms',
    brokerName: 'log.retention.ms',
    default: String(RETENTION_MS_DEFAULT),
    ...longFrom(-1),
    documentation:
      'How long records are kept; -1 for ever. The same as the retention period of the Kinesis stream.',
  },
  {
    name: 'segment.bytes',
    brokerName: 'log.segment.bytes',
    default: String(SEGMENT_BYTES_DEFAULT),
    ...intFrom(SEGMENT_BYTES_MIN),
    documentation: 'The size from which on a new segment is begun.',
  },
  {
    name: 'segment.jitter.ms',
    brokerName: 'log.roll.jitter.ms',
    default: '0',
    ...only('long', '0', 'segments roll at their time exactly.'),
    documentation: 'Segments roll at their time exactly.',
  },
  {
    name: 'segment.ms',
    brokerName: 'log.roll.ms',
    default: LONG_MAX,
    ...longFrom(1),
    documentation: 'The age from which on a new segment is begun.',
  },
  {
    name: 'unclean.leader.election.enable',
    brokerName: 'unclean.leader.election.enable',
    default: 'false',
    ...only('boolean', 'false', 'there is one replica, which leads.'),
    documentation: 'There is one replica of each partition, which leads.',
  },
]

/** Configs of Apache Kafka that have no meaning here. */
const notServed: ReadonlySet<string> = new Set([
  'file.delete.delay.ms',
  'follower.replication.throttled.replicas',
  'index.interval.bytes',
  'leader.replication.throttled.replicas',
  'local.retention.bytes',
  'local.retention.ms',
  'message.downconversion.enable',
  'message.format.version',
  'message.timestamp.difference.max.ms',
  'preallocate',
  'remote.log.copy.disable',
  'remote.log.delete.on.disable',
  'segment.index.bytes',
])

export function findTopicConfig(name: string): TopicConfig | undefined {
  return topicConfigs.find((config) => config.name === name)
}

/** What is wrong with setting a config so; undefined when nothing is. */
export function topicConfigProblem(name: string, value: string): string | undefined {
  const config = findTopicConfig(name)
  if (!config) {
    return notServed.has(name)
      ? `Topic config ${name} is not served by Headrace; nothing was changed`
      : `Unknown topic config name: ${name}`
  }
  const problem = config.problem(value)
  return problem && `Invalid value ${value} for configuration ${name}: ${problem}`
}
