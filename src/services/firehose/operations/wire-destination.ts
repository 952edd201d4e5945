import type {
  ExtendedS3DestinationConfiguration,
  ExtendedS3DestinationUpdate,
  ProcessingConfiguration,
  S3DestinationConfiguration,
} from '@aws-sdk/client-firehose'
import { ServiceError } from '../../../base/errors.ts'
import type { LambdaTransform, S3Destination } from '../destination.ts'
import { firehoseLimits } from '../limits.ts'
import { validatePrefix } from '../object-name.ts'
import { parseConversion } from './wire-conversion.ts'
import { invalid, refused } from './wire-refusal.ts'

type Plain = S3DestinationConfiguration
type Extended = ExtendedS3DestinationConfiguration
type Update = ExtendedS3DestinationUpdate

const MEGABYTE = 1024 * 1024

/** The destination of a create request, checked; what is not built is refused by name. */
export function parseDestination(wire: Extended | Plain): S3Destination {
  const destination = { ...parsePlain(wire), ...parseExtras(wire) }
  checkBuffer(destination, wire)
  return destination
}

/** `UpdateDestination`: members that are absent stay as they are. */
export function mergeDestination(current: S3Destination, wire: Update): S3Destination {
  const before = current.conversion
  const merged = {
    ...current,
    ...parsePlain({
      RoleARN: wire.RoleARN ?? current.roleArn,
      BucketARN: wire.BucketARN ?? `arn:aws:s3:::${current.bucket}`,
      Prefix: wire.Prefix ?? current.prefix,
      ErrorOutputPrefix: wire.ErrorOutputPrefix ?? current.errorPrefix,
      BufferingHints: {
        SizeInMBs: current.bufferBytes / MEGABYTE,
        IntervalInSeconds: current.bufferMs / 1000,
        ...wire.BufferingHints,
      },
      CompressionFormat: wire.CompressionFormat ?? current.compression,
      EncryptionConfiguration: wire.EncryptionConfiguration,
      CloudWatchLoggingOptions: wire.CloudWatchLoggingOptions,
    }),
    ...(current.logging && !wire.CloudWatchLoggingOptions && { logging: current.logging }),
  }
  const { transform, conversion, backup, ...rest } = merged
  const destination = {
    ...rest,
    ...(transform && !wire.ProcessingConfiguration && { transform }),
    ...(conversion && !wire.DataFormatConversionConfiguration && { conversion }),
    ...(backup && wire.S3BackupMode !== 'Disabled' && { backup }),
    ...parseExtras({ ...wire, S3BackupConfiguration: wire.S3BackupUpdate as Plain | undefined }),
  }
  if (before !== destination.conversion) checkBuffer(destination, wire)
  return destination
}

function parsePlain(wire: Plain | Extended): S3Destination {
  const megabytes = firehoseLimits.bufferMegabytes
  const size = wire.BufferingHints?.SizeInMBs ?? defaultMegabytes(wire)
  const seconds = wire.BufferingHints?.IntervalInSeconds ?? firehoseLimits.bufferSeconds.initial
  const logging = wire.CloudWatchLoggingOptions
  const prefix = wire.Prefix ?? ''
  validatePrefix('Prefix', prefix, false)
  validatePrefix('ErrorOutputPrefix', wire.ErrorOutputPrefix ?? '', true)
  if (/!\{/.test(prefix) && !wire.ErrorOutputPrefix) {
    throw invalid('ErrorOutputPrefix cannot be null or empty when Prefix contains expressions.')
  }
  if (size < megabytes.least || size > megabytes.most) {
    throw invalid(`SizeInMBs must be between ${megabytes.least} and ${megabytes.most}.`)
  }
  if (seconds < 0 || seconds > firehoseLimits.bufferSeconds.most) {
    throw invalid(`IntervalInSeconds must be between 0 and ${firehoseLimits.bufferSeconds.most}.`)
  }
  if (wire.EncryptionConfiguration?.KMSEncryptionConfig) {
    throw refused('EncryptionConfiguration.KMSEncryptionConfig')
  }
  return {
    roleArn: wire.RoleARN ?? '',
    bucket: parseBucket(wire.BucketARN ?? ''),
    prefix,
    errorPrefix: wire.ErrorOutputPrefix ?? '',
    bufferBytes: size * MEGABYTE,
    bufferMs: seconds * 1000,
    compression: parseCompression(wire.CompressionFormat),
    timeZone: 'UTC',
    appendsNewline: false,
    ...(logging?.Enabled && {
      logging: { group: logging.LogGroupName ?? '', stream: logging.LogStreamName ?? '' },
    }),
  }
}

function parseExtras(wire: Extended | Plain | (Update & Pick<Extended, 'S3BackupConfiguration'>)) {
  const extended: Partial<Extended> = wire
  if (extended.DynamicPartitioningConfiguration?.Enabled) {
    throw refused('DynamicPartitioningConfiguration')
  }
  if (extended.S3BackupMode === 'Enabled' && !extended.S3BackupConfiguration) {
    throw invalid('S3BackupConfiguration is required when S3BackupMode is Enabled.')
  }
  const conversion = parseConversion(extended.DataFormatConversionConfiguration)
  if (conversion && (extended.CompressionFormat ?? 'UNCOMPRESSED') !== 'UNCOMPRESSED') {
    throw invalid(
      'CompressionFormat must be UNCOMPRESSED when data format conversion is enabled; set the compression of the output format instead.',
    )
  }
  return {
    ...parseProcessing(extended.ProcessingConfiguration),
    ...(conversion && { conversion }),
    ...(extended.S3BackupMode === 'Enabled' &&
      extended.S3BackupConfiguration && { backup: parsePlain(extended.S3BackupConfiguration) }),
    ...(extended.FileExtension !== undefined && { fileExtension: extended.FileExtension }),
    ...(extended.CustomTimeZone !== undefined && {
      timeZone: parseTimeZone(extended.CustomTimeZone),
    }),
  }
}

function parseProcessing(wire: ProcessingConfiguration | undefined): {
  transform?: LambdaTransform
  appendsNewline?: boolean
} {
  if (!wire?.Enabled) return {}
  let transform: LambdaTransform | undefined
  let appendsNewline = false
  for (const { Type, Parameters = [] } of wire.Processors ?? []) {
    const values = new Map(Parameters.map((one) => [one.ParameterName, one.ParameterValue ?? '']))
    if (Type === 'Lambda') transform = parseTransform(values)
    else if (Type === 'AppendDelimiterToRecord') appendsNewline = parseDelimiter(values)
    else throw refused(`ProcessingConfiguration processor ${Type}`)
  }
  return { ...(transform && { transform }), appendsNewline }
}

function parseTransform(values: ReadonlyMap<string | undefined, string>): LambdaTransform {
  const functionArn = values.get('LambdaArn')
  if (!functionArn) throw invalid('The Lambda processor needs the parameter LambdaArn.')
  const { transformMegabytes, transformRetries } = firehoseLimits
  const megabytes = numberOf(values, 'BufferSizeInMBs', transformMegabytes)
  const retries = numberOf(values, 'NumberOfRetries', { least: 0, ...transformRetries })
  const seconds = numberOf(values, 'BufferIntervalInSeconds', { least: 0, initial: 60, most: 900 })
  const roleArn = values.get('RoleArn')
  return {
    functionArn,
    retries,
    bufferBytes: Math.floor(megabytes * MEGABYTE),
    bufferSeconds: seconds,
    ...(roleArn !== undefined && { roleArn }),
  }
}

function numberOf(
  values: ReadonlyMap<string | undefined, string>,
  name: string,
  range: { readonly least: number; readonly initial: number; readonly most: number },
): number {
  const text = values.get(name)
  if (text === undefined) return range.initial
  const value = Number(text)
  if (!(value >= range.least && value <= range.most)) {
    throw invalid(`${name} must be a number between ${range.least} and ${range.most}.`)
  }
  return value
}

function parseDelimiter(values: ReadonlyMap<string | undefined, string>): true {
  const delimiter = values.get('Delimiter') ?? '\\n'
  if (delimiter !== '\\n' && delimiter !== '\n') throw refused(`the delimiter '${delimiter}'`)
  return true
}

function parseBucket(arn: string): string {
  const bucket = /^arn:[^:]+:s3:::([^/]+)$/.exec(arn)?.[1]
  if (!bucket) throw invalid(`BucketARN '${arn}' is not the ARN of a bucket.`)
  return bucket
}

function parseCompression(format: string | undefined): S3Destination['compression'] {
  if (format === undefined || format === 'UNCOMPRESSED') return 'UNCOMPRESSED'
  if (format === 'GZIP') return 'GZIP'
  throw refused(`CompressionFormat ${format}`)
}

function parseTimeZone(name: string): string {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
  } catch (cause) {
    throw new ServiceError('InvalidArgumentException', `CustomTimeZone '${name}' is unknown.`, {
      cause,
    })
  }
  return name
}

function defaultMegabytes(wire: Plain | Extended): number {
  const converts = 'DataFormatConversionConfiguration' in wire
  return converts
    ? firehoseLimits.conversionBufferMegabytes.initial
    : firehoseLimits.bufferMegabytes.initial
}

function checkBuffer(destination: S3Destination, wire: Pick<Update, 'BufferingHints'>): void {
  const { least } = firehoseLimits.conversionBufferMegabytes
  const size = wire.BufferingHints?.SizeInMBs
  if (destination.conversion && size !== undefined && size < least) {
    throw invalid(
      `BufferingHints.SizeInMBs must be at least ${least} when data format conversion is enabled.`,
    )
  }
}
