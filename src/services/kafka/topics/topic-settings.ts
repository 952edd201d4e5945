import type { PartitionSettings } from '../../../engines/log/port.ts'
import { HOURS_TO_MS } from '../../kinesis/limits.ts'
import type { Stream, TopicConfigs } from '../../kinesis/stream.ts'
import { RETENTION_MS_ENDLESS, retentionOf } from '../../kinesis/stream.ts'
import { listItems, numberOfConfig } from './config-value.ts'
import { RETENTION_MS_DEFAULT } from './limits.ts'
import { findTopicConfig } from './topic-configs.ts'

/** Configs that were set, by name: what is not among them has its default. */
export type ConfigValues = Readonly<Record<string, string>>

/** What of a topic's configs the data path asks for. */
export interface TopicSettings {
  readonly batchBytesMax: number
  readonly segmentBytes: number
  readonly isCompacted: boolean
  /** Records go by age and size, and may be deleted. */
  readonly deletes: boolean
  readonly stampsAppendTime: boolean
  readonly timestampBeforeMsMax: number
  readonly timestampAfterMsMax: number
  readonly insyncReplicasMin: number
}

const RETENTION = 'retention.ms'

/**
 * The configs that differ from the defaults. A stream's retention is one truth with two names: the
 * one that was set last holds, and is shown by both.
 */
export function configValuesOf({ retentionMs, retentionHours, topic }: Stream): ConfigValues {
  const ms = retentionMs ?? retentionHours * HOURS_TO_MS
  const retention = ms >= RETENTION_MS_ENDLESS ? '-1' : String(ms)
  return {
    ...topic?.configs,
    ...(ms !== RETENTION_MS_DEFAULT && { [RETENTION]: retention }),
  }
}

/** What a stream has to be like for configs that were checked. */
export function streamPartOf(
  values: ConfigValues,
): Pick<Stream, 'retentionHours'> & Partial<Pick<Stream, 'retentionMs'>> & { topic: TopicConfigs } {
  const { [RETENTION]: retention, ...configs } = values
  const given = retention === undefined ? RETENTION_MS_DEFAULT : numberOfConfig(retention)
  const retentionMs = given < 0 ? RETENTION_MS_ENDLESS : given
  return { ...retentionOf(retentionMs), topic: { configs, settings: logSettingsOf(configs) } }
}

/** The settings of a topic, made once for each version of its stream. */
export function createSettingsLookup(): (stream: Stream) => TopicSettings {
  const known = new WeakMap<Stream, TopicSettings>()
  return (stream) => {
    let settings = known.get(stream)
    if (!settings) {
      settings = settingsOf(stream.topic?.configs ?? {})
      known.set(stream, settings)
    }
    return settings
  }
}

function settingsOf(configs: ConfigValues): TopicSettings {
  const number = (name: string) => numberOfConfig(configOf(configs, name))
  const policy = listItems(configOf(configs, 'cleanup.policy'))
  return {
    batchBytesMax: number('max.message.bytes'),
    segmentBytes: number('segment.bytes'),
    isCompacted: policy.includes('compact'),
    deletes: policy.includes('delete'),
    stampsAppendTime: configOf(configs, 'message.timestamp.type') === 'LogAppendTime',
    timestampBeforeMsMax: number('message.timestamp.before.max.ms'),
    timestampAfterMsMax: number('message.timestamp.after.max.ms'),
    insyncReplicasMin: number('min.insync.replicas'),
  }
}

function logSettingsOf(configs: ConfigValues): TopicConfigs['settings'] {
  const number = (name: string) => numberOfConfig(configOf(configs, name))
  const { isCompacted, deletes } = settingsOf(configs)
  const retentionBytes = number('retention.bytes')
  const compaction: PartitionSettings['compaction'] = isCompacted
    ? {
        lagMsMin: number('min.compaction.lag.ms'),
        tombstoneMs: number('delete.retention.ms'),
        dirtyRatioMin: number('min.cleanable.dirty.ratio'),
        deletes,
      }
    : undefined
  return {
    ...(retentionBytes >= 0 && { retentionBytes }),
    ...(configs['segment.bytes'] && { segmentBytes: number('segment.bytes') }),
    ...(configs['segment.ms'] && { segmentMs: number('segment.ms') }),
    ...(compaction && { compaction }),
  }
}

function configOf(configs: ConfigValues, name: string): string {
  return configs[name] ?? findTopicConfig(name)?.default ?? ''
}
