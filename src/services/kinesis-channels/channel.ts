import { formatArn } from '../../base/arn.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Scope } from '../../base/scope.ts'

export type ChannelStatus = 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING' | 'FAILED'
export type RecordFormat = 'JSON' | 'STRING' | 'BYTE_ARRAY'
export type Compression = 'NONE' | 'GZIP'
export type StorageClass = 'STANDARD' | 'INTELLIGENT_TIERING' | 'GLACIER_IR'

/** A delivery from a stream to a bucket. */
export interface Channel {
  /** Unique in its account and region. */
  readonly name: string
  /** New for each creation. */
  readonly id: string
  readonly createdMs: number
  readonly status: ChannelStatus
  /** Why it is FAILED. */
  readonly statusReason?: string
  readonly roleArn: string
  readonly source: ChannelSource
  readonly freshnessSeconds: number
  readonly storage: ChannelStorage
  readonly deadLetters: DeadLetters
  readonly logging: ChannelLogging
  readonly tags: Readonly<Record<string, string>>
}

export interface ChannelSource {
  readonly streamName: string
  /** A stream that was made anew under the name is another one. */
  readonly creationId: string
  readonly streamCreatedMs: number
  readonly format: RecordFormat
}

export interface ChannelStorage {
  readonly bucketArn: string
  readonly expectedOwner: string
  readonly keyTemplate: string
  readonly storageClass: StorageClass
  readonly compression: Compression
}

export interface DeadLetters {
  readonly bucketArn: string
  readonly expectedOwner: string
  readonly prefix: string
}

export interface ChannelLogging {
  readonly enabled: boolean
  readonly group: string
  readonly stream: string
}

export function channelArn(scope: Scope, { id }: Pick<Channel, 'id'>): string {
  const { accountId, region } = scope
  return formatArn({ service: 'kinesis', accountId, region, resource: `channel/${id}` })
}

export function bucketOf(bucketArn: string): string {
  return bucketArn.slice(bucketArn.lastIndexOf(':') + 1)
}

export function channelNotFound({ accountId }: Scope, what: string): ServiceError {
  return new ServiceError(
    'ResourceNotFoundException',
    `Channel ${what} under account ${accountId} not found.`,
  )
}
