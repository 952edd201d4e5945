import type {
  DeliveryStreamDescription,
  ExtendedS3DestinationDescription,
  ProcessingConfiguration,
  S3DestinationDescription,
} from '@aws-sdk/client-firehose'
import { dateOf } from '../../../base/clock.ts'
import type { DeliveryStream } from '../delivery-streams.ts'
import type { FormatConversion, S3Destination } from '../destination.ts'

const MEGABYTE = 1024 * 1024

export function describe(stream: DeliveryStream): DeliveryStreamDescription {
  const { source, destination } = stream
  return {
    DeliveryStreamName: stream.name,
    DeliveryStreamARN: stream.arn,
    DeliveryStreamStatus: 'ACTIVE',
    DeliveryStreamEncryptionConfiguration: { Status: 'DISABLED' },
    DeliveryStreamType: source.kind === 'kinesis' ? 'KinesisStreamAsSource' : 'DirectPut',
    VersionId: String(stream.versionId),
    CreateTimestamp: dateOf(stream.createdMs),
    ...(stream.updatedMs !== undefined && { LastUpdateTimestamp: dateOf(stream.updatedMs) }),
    ...(source.kind === 'kinesis' && {
      Source: {
        KinesisStreamSourceDescription: {
          KinesisStreamARN: source.streamArn,
          RoleARN: source.roleArn,
          DeliveryStartTimestamp: dateOf(stream.createdMs),
        },
      },
    }),
    Destinations: [
      {
        DestinationId: 'destinationId-000000000001',
        S3DestinationDescription: describePlain(destination),
        ExtendedS3DestinationDescription: describeExtended(destination),
      },
    ],
    HasMoreDestinations: false,
  }
}

function describePlain(destination: S3Destination): S3DestinationDescription {
  const { logging } = destination
  return {
    RoleARN: destination.roleArn,
    BucketARN: `arn:aws:s3:::${destination.bucket}`,
    Prefix: destination.prefix,
    ErrorOutputPrefix: destination.errorPrefix,
    BufferingHints: {
      SizeInMBs: destination.bufferBytes / MEGABYTE,
      IntervalInSeconds: destination.bufferMs / 1000,
    },
    CompressionFormat: destination.compression,
    EncryptionConfiguration: { NoEncryptionConfig: 'NoEncryption' },
    CloudWatchLoggingOptions: logging
      ? { Enabled: true, LogGroupName: logging.group, LogStreamName: logging.stream }
      : { Enabled: false },
  }
}

function describeExtended(destination: S3Destination): ExtendedS3DestinationDescription {
  return {
    ...describePlain(destination),
    BufferingHints: describePlain(destination).BufferingHints,
    ProcessingConfiguration: describeProcessing(destination),
    S3BackupMode: destination.backup ? 'Enabled' : 'Disabled',
    ...(destination.backup && { S3BackupDescription: describePlain(destination.backup) }),
    ...(destination.conversion && {
      DataFormatConversionConfiguration: describeConversion(destination.conversion),
    }),
    ...(destination.fileExtension !== undefined && { FileExtension: destination.fileExtension }),
    CustomTimeZone: destination.timeZone,
  }
}

function describeProcessing({ transform, appendsNewline }: S3Destination): ProcessingConfiguration {
  const lambda = transform && {
    Type: 'Lambda' as const,
    Parameters: [
      { ParameterName: 'LambdaArn' as const, ParameterValue: transform.functionArn },
      { ParameterName: 'NumberOfRetries' as const, ParameterValue: String(transform.retries) },
      {
        ParameterName: 'BufferSizeInMBs' as const,
        ParameterValue: String(transform.bufferBytes / MEGABYTE),
      },
      {
        ParameterName: 'BufferIntervalInSeconds' as const,
        ParameterValue: String(transform.bufferSeconds),
      },
      ...(transform.roleArn === undefined
        ? []
        : [{ ParameterName: 'RoleArn' as const, ParameterValue: transform.roleArn }]),
    ],
  }
  const delimiter = appendsNewline && {
    Type: 'AppendDelimiterToRecord' as const,
    Parameters: [{ ParameterName: 'Delimiter' as const, ParameterValue: '\\n' }],
  }
  const processors = [...(lambda ? [lambda] : []), ...(delimiter ? [delimiter] : [])]
  return processors.length > 0
    ? { Enabled: true, Processors: processors }
    : { Enabled: false, Processors: [] }
}

function describeConversion(conversion: FormatConversion) {
  const { deserializer } = conversion
  const openx = {
    CaseInsensitive: deserializer.caseInsensitive,
    ConvertDotsInJsonKeysToUnderscores: deserializer.dotsToUnderscores,
    ColumnToJsonKeyMappings: { ...deserializer.keyOfColumn },
  }
  return {
    Enabled: true,
    SchemaConfiguration: {
      DatabaseName: conversion.database,
      TableName: conversion.table,
      VersionId: 'LATEST',
      ...(conversion.region !== undefined && { Region: conversion.region }),
      ...(conversion.roleArn !== undefined && { RoleARN: conversion.roleArn }),
    },
    InputFormatConfiguration: {
      Deserializer:
        deserializer.kind === 'hive' ? { HiveJsonSerDe: {} } : { OpenXJsonSerDe: openx },
    },
    OutputFormatConfiguration: {
      Serializer: {
        ParquetSerDe: {
          Compression: conversion.compression,
          WriterVersion: conversion.writerVersion,
        },
      },
    },
  }
}
