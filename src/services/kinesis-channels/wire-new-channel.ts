import type { Input } from '../../wire/contract.ts'
import type { Stream } from '../kinesis/stream.ts'
import { invalidArgument, invalidRequest } from '../kinesis/stream-errors.ts'
import { withTags } from '../kinesis/tags.ts'
import type { ChannelLogging, ChannelSource, ChannelStorage, DeadLetters } from './channel.ts'
import type { NewChannel } from './channels.ts'
import { FRESHNESS_SECONDS, STREAMS_A_CHANNEL } from './limits.ts'
import { DEFAULT_TEMPLATE, defaultErrorPrefix } from './object-key.ts'
import { checkedFreshness } from './wire-channel.ts'

type Sdk = typeof import('@aws-sdk/client-kinesis')
type CreateInput = Input<Sdk, 'CreateChannel'>
type StreamInput = CreateInput['StreamConfigurationList'][number]
type DestinationInput = NonNullable<CreateInput['S3DestinationConfiguration']>
type BucketInput = Pick<
  DestinationInput['StorageConfiguration'],
  'BucketARN' | 'ExpectedBucketOwner'
>
type LoggingInput = {
  readonly Enabled: boolean
  readonly LogGroupName?: string | undefined
  readonly LogStreamName?: string | undefined
}

/** The one stream of a request. */
export function onlyStream(streams: ReadonlyArray<StreamInput>): StreamInput {
  const [stream] = streams
  if (stream && streams.length <= STREAMS_A_CHANNEL) return stream
  throw invalidArgument(
    `StreamConfigurationList has ${streams.length} streams; a channel reads from exactly one.`,
  )
}

/** Throws for what is not valid, and by name for what this build does not do. */
export function parseChannel(
  input: CreateInput,
  stream: Stream,
  { accountId, id }: { readonly accountId: string; readonly id: string },
): NewChannel {
  const destination = input.S3DestinationConfiguration
  if (!destination) {
    throw invalidArgument(
      'Either S3DestinationConfiguration or S3TablesDestinationConfiguration must be specified.',
    )
  }
  const name = input.ChannelName
  const storage = parseStorage(destination, accountId)
  return {
    name,
    id,
    roleArn: input.ServiceExecutionRoleARN,
    source: parseSource(onlyStream(input.StreamConfigurationList), stream),
    freshnessSeconds: checkedFreshness(
      destination.DataFreshnessInSeconds ?? FRESHNESS_SECONDS.initial,
    ),
    storage,
    deadLetters: parseDeadLetters(destination, storage, { name, id, accountId }),
    logging: parseLogging(input.LoggingConfiguration?.CloudWatchLogs ?? { Enabled: false }, {
      group: `/aws/kinesis/${name}/${id}`,
      stream: 'DestinationDelivery',
    }),
    tags: withTags({}, input.Tags ?? {}, `channel ${name}`),
  }
}

/** What is not given stays as it was. */
export function parseLogging(
  { Enabled, LogGroupName, LogStreamName }: LoggingInput,
  before: Pick<ChannelLogging, 'group' | 'stream'>,
): ChannelLogging {
  return {
    enabled: Enabled,
    group: LogGroupName ?? before.group,
    stream: LogStreamName ?? before.stream,
  }
}

function parseSource({ RecordConfiguration }: StreamInput, stream: Stream): ChannelSource {
  const { RecordFormatType: format, GSRSchemaARN } = RecordConfiguration
  if (format === 'GSR_JSON') {
    throw invalidArgument(
      'RecordFormatType GSR_JSON is only supported for streaming table destinations.',
    )
  }
  if (GSRSchemaARN !== undefined) {
    throw invalidArgument('GSRSchemaARN is only supported for streaming table destinations.')
  }
  if (stream.mode !== 'ON_DEMAND') {
    throw invalidRequest(
      `Stream ${stream.name} is in PROVISIONED mode: channels are only supported for streams in ` +
        'ON_DEMAND mode.',
    )
  }
  const { name: streamName, creationId, createdMs: streamCreatedMs } = stream
  return { streamName, creationId, streamCreatedMs, format }
}

function parseStorage(
  { StorageConfiguration: storage }: DestinationInput,
  accountId: string,
): ChannelStorage {
  if (storage.CompressionType === 'ZSTD') {
    throw invalidArgument('CompressionType ZSTD is not supported by Headrace yet.')
  }
  return {
    ...parseBucket(storage, accountId),
    keyTemplate: storage.OutputKeyTemplate ?? DEFAULT_TEMPLATE,
    storageClass: storage.StorageClass ?? 'STANDARD',
    compression: storage.CompressionType,
  }
}

function parseDeadLetters(
  { DeadLetterQueueS3Configuration: given }: DestinationInput,
  { bucketArn, expectedOwner }: ChannelStorage,
  channel: { readonly name: string; readonly id: string; readonly accountId: string },
): DeadLetters {
  const bucket = given ? parseBucket(given, channel.accountId) : { bucketArn, expectedOwner }
  return { ...bucket, prefix: given?.ErrorOutputPrefix ?? defaultErrorPrefix(channel) }
}

function parseBucket({ BucketARN, ExpectedBucketOwner }: BucketInput, accountId: string) {
  if (ExpectedBucketOwner !== accountId) {
    throw invalidArgument(
      `ExpectedBucketOwner ${ExpectedBucketOwner} is another account, to whose buckets Headrace ` +
        'does not deliver yet.',
    )
  }
  return { bucketArn: BucketARN, expectedOwner: ExpectedBucketOwner }
}
