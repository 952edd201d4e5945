import { EngineError } from '../../../base/errors.ts'
import { topicBatchBytesMax } from '../../kafka-client/record-producer.ts'
import type { TopicConfigs } from '../../kafka-client/topic-requests.ts'
import type { PartitionSettings } from '../port.ts'

/** Segments that may be removed as a whole make up at most this share of what is kept. */
const SEGMENTS_A_RETENTION = 8
const SEGMENT_MS_MIN = 60_000
const SEGMENT_MS_MAX = 7 * 86_400_000
/** A segment takes the largest batch. */
const SEGMENT_BYTES_MIN = topicBatchBytesMax
const NO_LIMIT = '-1'
const LONG_MAX = '9223372036854775807'

/**
 * How Kafka is to keep a topic. Whole segments go, so records stay up to an eighth of their retention
 * longer. Throws `unsupported` for what Kafka cannot do.
 */
export function topicConfigs(settings: PartitionSettings): TopicConfigs {
  const { retentionMs, retentionBytes, segmentBytes, segmentMs } = settings
  if (settings.compaction) throw unsupported('compaction')
  if (settings.keyIds?.some((keyId) => keyId !== '')) throw unsupported('encryption at rest')
  const usualMs = Math.ceil(retentionMs / SEGMENTS_A_RETENTION)
  return {
    ...sharedConfigs,
    'retention.ms': String(retentionMs),
    'retention.bytes': retentionBytes === undefined ? NO_LIMIT : String(retentionBytes),
    'segment.ms': String(segmentMs ?? clamp(usualMs, SEGMENT_MS_MIN, SEGMENT_MS_MAX)),
    ...(segmentBytes !== undefined && {
      'segment.bytes': String(Math.max(segmentBytes, SEGMENT_BYTES_MIN)),
    }),
  }
}

/** Of all topics: nothing acknowledged is lost, and times are those of the records. */
const sharedConfigs: TopicConfigs = {
  'cleanup.policy': 'delete',
  'compression.type': 'producer',
  'max.message.bytes': String(topicBatchBytesMax),
  'message.timestamp.type': 'CreateTime',
  'message.timestamp.before.max.ms': LONG_MAX,
  'message.timestamp.after.max.ms': LONG_MAX,
  'unclean.leader.election.enable': 'false',
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value))
}

function unsupported(what: string): EngineError {
  return new EngineError('unsupported', `a log over Apache Kafka has no ${what}`)
}
