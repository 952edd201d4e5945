import type { Column, PartitionDefinition, StorageDescriptor, TableDefinition } from '../catalog.ts'
import type { ObjectSchema } from './classify-object.ts'
import { printType } from './schema-types.ts'
import type { DataSet, PlannedPartition, PlannedTable } from './table-plan.ts'

/** Everything that a crawl writes into its tables besides their schema. */
export interface CrawlLabels {
  readonly crawler: string
  readonly bucket: string
  /** Glob patterns of the target, which readers must obey too. */
  readonly exclusions: ReadonlyArray<string>
}

const textInput = 'org.apache.hadoop.mapred.TextInputFormat'
const textOutput = 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
const parquetIo = 'org.apache.hadoop.hive.ql.io.parquet'

/** The table as the Glue API shows what a crawler found. */
export function tableDefinition(
  name: string,
  plan: PlannedTable,
  labels: CrawlLabels,
): TableDefinition {
  const columns = columnsOf(plan.schema, plan.partitionKeys)
  const parameters = parametersOf(plan, labels)
  return {
    name,
    owner: 'owner',
    retention: 0,
    tableType: 'EXTERNAL_TABLE',
    partitionKeys: plan.partitionKeys,
    parameters,
    storage: storageOf(plan, columns, plan.location, parameters, labels),
  }
}

export function partitionDefinition(
  partition: PlannedPartition,
  plan: PlannedTable,
  labels: CrawlLabels,
): PartitionDefinition {
  const columns = columnsOf(partition.schema, plan.partitionKeys)
  const parameters = parametersOf(partition, labels)
  return {
    values: partition.values,
    parameters,
    storage: storageOf(partition, columns, partition.location, parameters, labels),
  }
}

/**
 * Names in lower case, nested ones as they are. A column that is also a partition key is left to
 * the key: no reader can have both.
 */
function columnsOf(schema: ObjectSchema, partitionKeys: ReadonlyArray<Column>): Column[] {
  const taken = new Set(partitionKeys.map(({ name }) => name))
  const columns: Column[] = []
  for (const field of schema.fields) {
    const name = field.name.toLowerCase()
    if (taken.has(name)) continue
    taken.add(name)
    columns.push({ name, type: printType(field.type) })
  }
  return columns
}

function parametersOf(data: DataSet, { crawler, exclusions }: CrawlLabels) {
  const { schema, objectCount, sizeBytes } = data
  const records = Math.max(schema.records, 1)
  return {
    CrawlerSchemaDeserializerVersion: '1.0',
    CrawlerSchemaSerializerVersion: '1.0',
    UPDATED_BY_CRAWLER: crawler,
    averageRecordSize: String(Math.max(1, Math.round(sizeBytes / records))),
    classification: schema.classification,
    compressionType: schema.compression,
    objectCount: String(objectCount),
    recordCount: String(schema.records),
    sizeKey: String(sizeBytes),
    typeOfData: 'file',
    ...(exclusions.length > 0 && { exclusions: JSON.stringify(exclusions) }),
    ...(schema.jsonPath !== undefined && { jsonPath: schema.jsonPath }),
    ...(schema.csv && {
      areColumnsQuoted: String(schema.csv.quoted),
      columnsOrdered: 'true',
      delimiter: schema.csv.delimiter,
      ...(schema.csv.hasHeader && { 'skip.header.line.count': '1' }),
    }),
  }
}

function storageOf(
  { schema }: DataSet,
  columns: ReadonlyArray<Column>,
  key: string,
  parameters: Readonly<Record<string, string>>,
  { bucket }: CrawlLabels,
): StorageDescriptor {
  const parquet = schema.classification === 'parquet'
  return {
    columns,
    location: `s3://${bucket}/${key}`,
    inputFormat: parquet ? `${parquetIo}.MapredParquetInputFormat` : textInput,
    outputFormat: parquet ? `${parquetIo}.MapredParquetOutputFormat` : textOutput,
    compressed: schema.compression !== 'none',
    serde: serdeOf(schema),
    parameters,
    other: { NumberOfBuckets: -1, BucketColumns: [] },
  }
}

function serdeOf(schema: ObjectSchema): NonNullable<StorageDescriptor['serde']> {
  if (schema.classification === 'parquet') {
    return {
      library: `${parquetIo}.serde.ParquetHiveSerDe`,
      parameters: { 'serialization.format': '1' },
    }
  }
  if (!schema.csv) {
    const paths = schema.fields.map(({ name }) => name).sort()
    return { library: 'org.openx.data.jsonserde.JsonSerDe', parameters: { paths: paths.join(',') } }
  }
  const { delimiter, quote, serde } = schema.csv
  // AWS: the built-in classifier always chooses LazySimpleSerDe, also for values in quotes.
  if (serde !== 'OpenCSVSerDe') {
    return {
      library: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
      parameters: { 'field.delim': delimiter },
    }
  }
  return {
    library: 'org.apache.hadoop.hive.serde2.OpenCSVSerde',
    parameters: { separatorChar: delimiter, quoteChar: quote, 'serialization.format': '1' },
  }
}

/** `My-Table.csv` below a folder is table `my_table_csv`: Glue keeps letters, digits and `_`. */
export function tableName(location: string, bucket: string, tablePrefix: string): string {
  const name = location.replace(/\/$/, '').split('/').at(-1) || bucket
  return tablePrefix + name.toLowerCase().replace(/[^\p{L}\p{N}_]/gu, '_')
}
