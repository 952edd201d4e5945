import type { DataFormatConversionConfiguration } from '@aws-sdk/client-firehose'
import type { FormatConversion, JsonDeserializer } from '../destination.ts'
import { invalid, refused } from './wire-refusal.ts'

type Wire = DataFormatConversionConfiguration

/** Undefined when conversion is off. */
export function parseConversion(wire: Wire | undefined): FormatConversion | undefined {
  if (!wire || wire.Enabled === false) return undefined
  const { SchemaConfiguration: schema, OutputFormatConfiguration: output } = wire
  const { OrcSerDe, ParquetSerDe } = output?.Serializer ?? {}
  if (OrcSerDe) throw refused('OutputFormatConfiguration.Serializer.OrcSerDe')
  if (!ParquetSerDe) throw invalid('OutputFormatConfiguration.Serializer must name a serializer.')
  if (!schema?.DatabaseName || !schema.TableName) {
    throw invalid('SchemaConfiguration must name a DatabaseName and a TableName.')
  }
  if (schema.VersionId !== undefined && schema.VersionId !== 'LATEST') {
    throw refused('SchemaConfiguration.VersionId other than LATEST')
  }
  if (ParquetSerDe.PageSizeBytes !== undefined && ParquetSerDe.PageSizeBytes !== 1_048_576) {
    throw refused('ParquetSerDe.PageSizeBytes')
  }
  if (ParquetSerDe.MaxPaddingBytes) throw refused('ParquetSerDe.MaxPaddingBytes')
  return {
    database: schema.DatabaseName,
    table: schema.TableName,
    ...(schema.Region !== undefined && { region: schema.Region }),
    ...(schema.RoleARN !== undefined && { roleArn: schema.RoleARN }),
    deserializer: parseDeserializer(wire),
    compression: parseCompression(ParquetSerDe.Compression),
    writerVersion: ParquetSerDe.WriterVersion === 'V2' ? 'V2' : 'V1',
  }
}

function parseCompression(name: string | undefined): FormatConversion['compression'] {
  if (name === 'GZIP' || name === 'UNCOMPRESSED') return name
  return 'SNAPPY'
}

function parseDeserializer(wire: Wire): JsonDeserializer {
  const { HiveJsonSerDe: hive, OpenXJsonSerDe: openx } =
    wire.InputFormatConfiguration?.Deserializer ?? {}
  if (hive?.TimestampFormats?.some((format) => format !== 'millis')) {
    throw refused('HiveJsonSerDe.TimestampFormats other than millis')
  }
  if (hive) {
    return { kind: 'hive', caseInsensitive: true, dotsToUnderscores: false, keyOfColumn: {} }
  }
  return {
    kind: 'openx',
    caseInsensitive: openx?.CaseInsensitive ?? true,
    dotsToUnderscores: openx?.ConvertDotsInJsonKeysToUnderscores ?? false,
    keyOfColumn: openx?.ColumnToJsonKeyMappings ?? {},
  }
}
