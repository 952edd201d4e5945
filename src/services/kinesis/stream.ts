import { formatArn } from '../../base/arn.ts'
import type { Scope } from '../../base/scope.ts'
import type { PartitionId, PartitionSettings } from '../../engines/log/port.ts'
import { HOURS_TO_MS, RETENTION_HOURS_MAX } from './limits.ts'

/** Records are kept for good. */
export const RETENTION_MS_ENDLESS = Number.MAX_SAFE_INTEGER

export type StreamStatus = 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING'
export type StreamMode = 'PROVISIONED' | 'ON_DEMAND'

/** Which stream: a name is unique in its account and region. */
export interface StreamKey extends Scope {
  readonly name: string
}

export interface Stream {
  readonly name: string
  /** Differs for every stream that ever had the name: a new one shares no records with an old one. */
  readonly creationId: string
  readonly createdMs: number
  readonly status: StreamStatus
  readonly mode: StreamMode
  readonly retentionHours: number
  readonly recordKib: number
  readonly tags: Readonly<Record<string, string>>
  /** In the order of their numbers; closed ones stay until their records have expired. */
  readonly shards: ReadonlyArray<Shard>
  readonly nextShardNumber: number
  /** What is still to be done before the stream is ACTIVE again, in this order. */
  readonly rounds: ReadonlyArray<ReshardingRound>
  /** When UpdateShardCount and UpdateStreamMode were called within the last day. */
  readonly scalingsMs: ReadonlyArray<number>
  readonly modeChangesMs: ReadonlyArray<number>
  /** Where the retention was not set in hours: it, and `retentionHours` is what comes nearest. */
  readonly retentionMs?: number
  /** What was set on it as a topic of Kafka. */
  readonly topic?: TopicConfigs
  /** Every change of the encryption at rest, oldest first; absent: it was never encrypted. */
  readonly encryptions?: ReadonlyArray<EncryptionChange>
  /** The shard-level metrics that are kept. */
  readonly shardMetrics?: ReadonlyArray<ShardMetric>
  /** An on-demand stream has room for so much, whatever its traffic was. */
  readonly warmMibps?: number
  /** Records go to the shards in turn, whatever their keys are; on-demand streams only. */
  readonly distributesEvenly?: boolean
  /** The resource policy as it was put. */
  readonly policy?: string
}

export interface TopicConfigs {
  /** By their names, as they were given; retention is not among them. */
  readonly configs: Readonly<Record<string, string>>
  /** What of it the log does. */
  readonly settings: Omit<PartitionSettings, 'retentionMs' | 'closed' | 'keyIds'>
}

export interface EncryptionChange {
  readonly requestedMs: number
  /** Absent until the log does it. */
  readonly sinceMs?: number
  /** As it was given; empty: no encryption from then on. */
  readonly keyId: string
  /** Unique over accounts and regions: the name of the local key. */
  readonly keyArn: string
}

/** As CloudWatch names them, in the order of AWS's documentation. */
export const shardMetricNames = [
  'IncomingBytes',
  'IncomingRecords',
  'OutgoingBytes',
  'OutgoingRecords',
  'WriteProvisionedThroughputExceeded',
  'ReadProvisionedThroughputExceeded',
  'IteratorAgeMilliseconds',
] as const
export type ShardMetric = (typeof shardMetricNames)[number]

export interface Shard {
  readonly number: number
  /** 32 hexadecimal digits; see `hash-key.ts`. */
  readonly startHash: string
  readonly endHash: string
  readonly createdMs: number
  readonly parents: ReadonlyArray<number>
  readonly closed?: ShardEnd
}

export interface ShardEnd {
  readonly atMs: number
  /** One behind the last record; final. */
  readonly endOffset: number
}

/** Shards that are closed and opened at the same moment. */
export interface ReshardingRound {
  readonly closing: ReadonlyArray<number>
  readonly opening: ReadonlyArray<Omit<Shard, 'createdMs' | 'closed'>>
  /** Shards that stay open with another range: only where Kafka's protocol asked for more partitions. */
  readonly moving?: ReadonlyArray<Pick<Shard, 'number' | 'startHash' | 'endHash'>>
}

export function streamArn({ accountId, region, name }: StreamKey): string {
  return formatArn({ service: 'kinesis', region, accountId, resource: `stream/${name}` })
}

export function partitionOf(key: StreamKey, stream: Stream, shardNumber: number): PartitionId {
  const topic = `${key.accountId}/${key.region}/${key.name}/${stream.creationId}`
  return { topic, partition: shardNumber }
}

export function settingsOf(stream: Stream): PartitionSettings {
  const keyIds = stream.encryptions?.map(({ keyArn }) => keyArn)
  return {
    ...stream.topic?.settings,
    retentionMs: retentionMsOf(stream),
    ...(keyIds && { keyIds }),
  }
}

export function retentionMsOf({ retentionHours, retentionMs, topic }: Stream): number {
  if (topic?.settings.compaction?.deletes === false) return RETENTION_MS_ENDLESS
  return retentionMs ?? retentionHours * HOURS_TO_MS
}

export function withRetentionMs(stream: Stream, retentionMs: number): Stream {
  const { retentionMs: _before, ...rest } = stream
  return { ...rest, ...retentionOf(retentionMs) }
}

/** A retention as streams have it; in hours, it is rounded up as far as Kinesis has a number for it. */
export function retentionOf(
  retentionMs: number,
): Pick<Stream, 'retentionHours'> & Partial<Pick<Stream, 'retentionMs'>> {
  const hours = Math.max(Math.ceil(retentionMs / HOURS_TO_MS), 1)
  const retentionHours = Math.min(hours, RETENTION_HOURS_MAX)
  const isExact = retentionHours * HOURS_TO_MS === retentionMs
  return { retentionHours, ...(!isExact && { retentionMs }) }
}

export function openShards(stream: Stream): ReadonlyArray<Shard> {
  return stream.shards.filter((shard) => !shard.closed)
}

export function findShard(stream: Stream, number: number): Shard | undefined {
  return stream.shards.find((shard) => shard.number === number)
}

export function shardIdOf(number: number): string {
  return `shardId-${String(number).padStart(12, '0')}`
}

const SHARD_NUMBER_MAX = 0x7fffffff

/** AWS: `5`, `-5`, `any-5` and `shardId-000000000005` all name shard 5 (kinesalite, getShardIterator). */
export function parseShardNumber(shardId: string): number | undefined {
  const digits = shardId.split('-')[1] || shardId
  const number = /^\d+$/.test(digits) ? Number(digits) : Number.NaN
  return number <= SHARD_NUMBER_MAX ? number : undefined
}
