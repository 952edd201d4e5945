import type { Name, Query } from './query-ast.ts'
import type { Place } from './tokens.ts'

/** `[catalog.][database.]table` as written. */
export interface TableName {
  readonly parts: ReadonlyArray<Name>
  readonly place: Place
}

export interface ColumnDefinition {
  readonly name: string
  /** Hive's type in its canonical form: `struct<a:int,b:array<string>>`. */
  readonly type: string
  readonly comment?: string
}

export type Properties = Readonly<Record<string, string>>

/** Values of some or all partition keys, by key in lower case. */
export type PartitionSpec = Readonly<Record<string, string>>

export interface CreateTable {
  readonly kind: 'create-table'
  readonly table: TableName
  readonly ifNotExists: boolean
  readonly columns: ReadonlyArray<ColumnDefinition>
  readonly partitionKeys: ReadonlyArray<ColumnDefinition>
  readonly comment?: string
  readonly serde?: { readonly library: string; readonly parameters: Properties }
  /** `ROW FORMAT DELIMITED`: parameters of LazySimpleSerDe. */
  readonly delimited?: Properties
  readonly storedAs?: string
  readonly inputFormat?: string
  readonly outputFormat?: string
  readonly location?: string
  readonly properties: Properties
}

export type AlterAction =
  | {
      readonly kind: 'add-partitions'
      readonly ifNotExists: boolean
      readonly partitions: ReadonlyArray<{
        readonly spec: PartitionSpec
        readonly location?: string
      }>
    }
  | {
      readonly kind: 'drop-partitions'
      readonly ifExists: boolean
      readonly specs: ReadonlyArray<PartitionSpec>
    }
  | { readonly kind: 'rename-partition'; readonly from: PartitionSpec; readonly to: PartitionSpec }
  | {
      readonly kind: 'set-location'
      readonly partition?: PartitionSpec
      readonly location: string
    }
  | { readonly kind: 'set-properties'; readonly properties: Properties }
  | { readonly kind: 'add-columns'; readonly columns: ReadonlyArray<ColumnDefinition> }
  | { readonly kind: 'replace-columns'; readonly columns: ReadonlyArray<ColumnDefinition> }

export type Statement =
  | { readonly kind: 'query'; readonly query: Query }
  | CreateTable
  | {
      readonly kind: 'create-table-as'
      readonly table: TableName
      readonly ifNotExists: boolean
      readonly properties: CtasProperties
      readonly query: Query
      readonly withData: boolean
    }
  | {
      readonly kind: 'create-database'
      readonly name: string
      readonly ifNotExists: boolean
      readonly comment?: string
      readonly location?: string
      readonly properties: Properties
    }
  | {
      readonly kind: 'drop-database'
      readonly name: string
      readonly ifExists: boolean
      readonly cascade: boolean
    }
  | {
      readonly kind: 'drop-table' | 'drop-view'
      readonly table: TableName
      readonly ifExists: boolean
    }
  | {
      readonly kind: 'create-view'
      readonly table: TableName
      readonly orReplace: boolean
      readonly query: Query
      /** The query as written. */
      readonly text: string
    }
  | { readonly kind: 'alter-table'; readonly table: TableName; readonly action: AlterAction }
  | { readonly kind: 'repair'; readonly table: TableName }
  | { readonly kind: 'show-databases'; readonly pattern?: string }
  | {
      readonly kind: 'show-tables' | 'show-views'
      readonly database?: string
      readonly pattern?: string
    }
  | { readonly kind: 'show-partitions'; readonly table: TableName }
  | { readonly kind: 'show-columns'; readonly table: TableName }
  | { readonly kind: 'show-create'; readonly table: TableName }
  | { readonly kind: 'show-properties'; readonly table: TableName; readonly property?: string }
  | { readonly kind: 'describe'; readonly table: TableName }
  | {
      readonly kind: 'insert'
      readonly table: TableName
      readonly columns?: ReadonlyArray<string>
      readonly query: Query
    }
  | {
      readonly kind: 'unload'
      readonly query: Query
      readonly location: string
      readonly properties: CtasProperties
    }
  | { readonly kind: 'prepare'; readonly name: string; readonly text: string }
  | { readonly kind: 'execute'; readonly name: string; readonly values: ReadonlyArray<string> }
  | { readonly kind: 'deallocate'; readonly name: string }

/** `WITH (format = 'PARQUET', partitioned_by = ARRAY['day'])`; names in lower case. */
export type CtasProperties = ReadonlyMap<string, string | ReadonlyArray<string>>
