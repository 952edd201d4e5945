import type { Scope } from '../../base/scope.ts'

/**
 * The one catalog: Glue's API, crawlers, Firehose's schemas and Athena's DDL all read and write it.
 * Names are kept in lower case, as Glue does; a lookup is case-insensitive.
 */
export interface Catalog {
  /** Rejects with `EntityNotFoundException`. */
  database(scope: Scope, name: string): Promise<CatalogDatabase>
  databases(scope: Scope): Promise<ReadonlyArray<CatalogDatabase>>
  /** Rejects with `AlreadyExistsException`. */
  createDatabase(scope: Scope, database: CatalogDatabase): Promise<void>
  updateDatabase(scope: Scope, name: string, database: CatalogDatabase): Promise<void>
  removeDatabase(scope: Scope, name: string): Promise<void>

  /** Rejects with `EntityNotFoundException`. */
  table(scope: Scope, database: string, name: string): Promise<CatalogTable>
  tables(scope: Scope, database: string): Promise<ReadonlyArray<CatalogTable>>
  createTable(scope: Scope, database: string, table: TableDefinition): Promise<void>
  /** Keeps the old version (GetTableVersions) unless `skipArchive`. */
  updateTable(
    scope: Scope,
    database: string,
    table: TableDefinition,
    options?: { readonly skipArchive?: boolean; readonly versionId?: string },
  ): Promise<void>
  removeTable(scope: Scope, database: string, name: string): Promise<void>

  /** In order of their values. `where` keeps those for which it answers true. */
  partitions(
    scope: Scope,
    database: string,
    table: string,
    where?: (partition: CatalogPartition) => boolean,
  ): Promise<ReadonlyArray<CatalogPartition>>
  /** Answers the ones that were there already (they stay as they are). */
  createPartitions(
    scope: Scope,
    database: string,
    table: string,
    partitions: ReadonlyArray<PartitionDefinition>,
  ): Promise<ReadonlyArray<PartitionDefinition>>
  updatePartition(
    scope: Scope,
    database: string,
    table: string,
    values: ReadonlyArray<string>,
    partition: PartitionDefinition,
  ): Promise<void>
  removePartition(
    scope: Scope,
    database: string,
    table: string,
    values: ReadonlyArray<string>,
  ): Promise<void>
}

export interface CatalogDatabase {
  readonly name: string
  readonly description?: string
  readonly locationUri?: string
  readonly parameters?: Readonly<Record<string, string>>
  readonly createdMs?: number
}

export interface TableDefinition {
  readonly name: string
  readonly description?: string
  readonly owner?: string
  readonly retention?: number
  readonly storage?: StorageDescriptor
  readonly partitionKeys: ReadonlyArray<Column>
  readonly tableType?: string
  readonly parameters: Readonly<Record<string, string>>
  readonly viewOriginalText?: string
  readonly viewExpandedText?: string
  readonly lastAccessMs?: number
  readonly lastAnalyzedMs?: number
}

export interface CatalogTable extends TableDefinition {
  readonly database: string
  readonly versionId: string
  readonly createdMs: number
  readonly updatedMs: number
}

export interface PartitionDefinition {
  /** One value for each partition key, in their order. */
  readonly values: ReadonlyArray<string>
  readonly storage?: StorageDescriptor
  readonly parameters: Readonly<Record<string, string>>
  readonly lastAccessMs?: number
  readonly lastAnalyzedMs?: number
}

export interface CatalogPartition extends PartitionDefinition {
  readonly createdMs: number
}

export interface Column {
  readonly name: string
  /** Hive type: `bigint`, `decimal(10,2)`, `struct<a:int,b:array<string>>`, … */
  readonly type: string
  readonly comment?: string
  readonly parameters?: Readonly<Record<string, string>>
}

/** What the engine must know to read a table or partition; unknown members are kept in `other`. */
export interface StorageDescriptor {
  readonly columns: ReadonlyArray<Column>
  /** `s3://bucket/prefix/`. */
  readonly location: string
  readonly inputFormat?: string
  readonly outputFormat?: string
  readonly compressed?: boolean
  readonly serde?: {
    readonly name?: string
    readonly library?: string
    readonly parameters: Readonly<Record<string, string>>
  }
  readonly parameters: Readonly<Record<string, string>>
  /** Wire-named members that only the API gives back (bucket columns, sort columns, skew …). */
  readonly other?: Readonly<Record<string, unknown>>
}
