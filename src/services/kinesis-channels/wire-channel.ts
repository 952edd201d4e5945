import { parseArn } from '../../base/arn.ts'
import { dateOf } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Scope } from '../../base/scope.ts'
import type { RequestContext } from '../../wire/operation.ts'
import { streamArn } from '../kinesis/stream.ts'
import { invalidArgument } from '../kinesis/stream-errors.ts'
import type { NamedResource } from '../kinesis/wire-resource.ts'
import type { Channel } from './channel.ts'
import { channelArn, channelNotFound } from './channel.ts'
import type { ChannelIdentity, Channels } from './channels.ts'
import { FRESHNESS_SECONDS } from './limits.ts'

/** The channel that an ARN names: one of the caller's own. */
export async function channelOf(
  channels: Channels,
  arn: string,
  context: RequestContext,
): Promise<Channel> {
  const { region, accountId, resource } = parseArn(arn) ?? {}
  if (accountId !== context.accountId) {
    throw new ServiceError(
      'AccessDeniedException',
      `User: ${context.callerArn} is not authorized to access resource: ${arn}`,
    )
  }
  const id = resource?.slice('channel/'.length) ?? ''
  if (region !== context.region) throw channelNotFound(context, id)
  return channels.get(context, id)
}

export async function channelResource(
  channels: Channels,
  arn: string,
  context: RequestContext,
): Promise<NamedResource | undefined> {
  if (!parseArn(arn)?.resource.startsWith('channel/')) return undefined
  const identity = await channelOf(channels, arn, context)
  const noPolicy = async () => {
    throw invalidArgument(`ResourceARN ${arn} is of a channel, which has no resource policy.`)
  }
  return {
    owner: `channel ${identity.name} under account ${context.accountId}`,
    tags: async () => (await channelOf(channels, arn, context)).tags,
    changeTags: (change) =>
      changeOrThrow(channels, context, identity, (channel) => ({
        ...channel,
        tags: change(channel.tags),
      })).then(() => undefined),
    policy: noPolicy,
    changePolicy: noPolicy,
  }
}

/** Throws `ResourceNotFoundException` when the channel was removed meanwhile. */
export async function changeOrThrow(
  channels: Channels,
  scope: Scope,
  identity: ChannelIdentity,
  change: (channel: Channel) => Channel,
): Promise<Channel> {
  const changed = await channels.change(scope, identity, change)
  if (!changed) throw channelNotFound(scope, identity.id)
  return changed
}

export function checkedFreshness(seconds: number): number {
  const { least, most } = FRESHNESS_SECONDS
  if (seconds >= least && seconds <= most) return seconds
  throw invalidArgument(`DataFreshnessInSeconds must be between ${least} and ${most}.`)
}

export function toWireDescription(scope: Scope, channel: Channel) {
  const { storage, deadLetters, logging, source } = channel
  return {
    ...toWireState(scope, channel),
    ServiceExecutionRoleARN: channel.roleArn,
    StreamConfigurationList: [
      { ...toWireStream(scope, channel), RecordConfiguration: { RecordFormatType: source.format } },
    ],
    S3DestinationConfiguration: {
      DataFreshnessInSeconds: channel.freshnessSeconds,
      DeadLetterQueueS3Configuration: {
        BucketARN: deadLetters.bucketArn,
        ExpectedBucketOwner: deadLetters.expectedOwner,
        ErrorOutputPrefix: deadLetters.prefix,
      },
      StorageConfiguration: {
        BucketARN: storage.bucketArn,
        ExpectedBucketOwner: storage.expectedOwner,
        OutputKeyTemplate: storage.keyTemplate,
        StorageClass: storage.storageClass,
        CompressionType: storage.compression,
      },
    },
    LoggingConfiguration: {
      CloudWatchLogs: {
        Enabled: logging.enabled,
        ...(logging.enabled && { LogGroupName: logging.group, LogStreamName: logging.stream }),
      },
    },
  }
}

export function toWireSummary(scope: Scope, channel: Channel) {
  return {
    ...toWireState(scope, channel),
    ChannelDestinationType: 'S3' as const,
    Streams: [toWireStream(scope, channel)],
  }
}

function toWireState(scope: Scope, channel: Channel) {
  return {
    ChannelName: channel.name,
    ChannelARN: channelArn(scope, channel),
    ChannelId: channel.id,
    ChannelStatus: channel.status,
    ...(channel.statusReason !== undefined && { ChannelStatusReason: channel.statusReason }),
    ChannelCreationTimestamp: dateOf(channel.createdMs),
  }
}

function toWireStream({ accountId, region }: Scope, { source }: Channel) {
  return {
    StreamARN: streamArn({ accountId, region, name: source.streamName }),
    StreamCreationTimestamp: dateOf(source.streamCreatedMs),
  }
}
