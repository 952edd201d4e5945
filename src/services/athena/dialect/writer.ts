import type {
  Expression,
  Name,
  Query,
  SortItem,
  SqlType,
  TableRelation,
  Window,
} from './query-ast.ts'
import type { Place } from './tokens.ts'

/** Turns phrases of Athena's SQL into DuckDB's: what the parts of the translation ask of each other. */
export interface Writer {
  expression(value: Expression): string
  query(query: Query): string
  type(type: SqlType): string
  sortItems(items: ReadonlyArray<SortItem>): string
  window(window: Window): string
  /** Writes while these names (lower case) stand for these texts: a lambda that is written out. */
  binding<T>(names: ReadonlyMap<string, string>, write: () => T): T
  /** What a name was bound to. */
  bound(name: string): string | undefined
  /** Writes while these names (lower case) are queries of a WITH; the set may grow meanwhile. */
  naming<T>(names: ReadonlySet<string>, write: () => T): T
  table(table: TableRelation): string
  /** Writes while an error within a value is to be null. */
  leniently<T>(write: () => T): T
  isLenient(): boolean
  /** True in the query itself, false in what stands in parentheses in it. */
  isOutermost(): boolean
  /** Whether the table of this name or alias (or any table) has the column `$path` in its view. */
  hidesPath(name?: string): boolean
  readonly unknownIsMap: boolean
  /** Whether a value is a map, an array or an array of rows, as far as the statement shows. */
  kindOf(value: Expression): ValueKind
  /** The engine's type of a value, as far as the statement and the catalog show. */
  typeOf(value: Expression): string | undefined
}

export type ValueKind =
  | { readonly kind: 'map' }
  | { readonly kind: 'array' }
  | { readonly kind: 'rows'; readonly fieldCount: number }
  | { readonly kind: 'other' }
  | { readonly kind: 'unknown' }

/** What the translation must know about the world. */
export interface WriterContext {
  /** The view that stands for a table of the catalog. */
  readonly tableOf: (name: ReadonlyArray<Name>, place: Place) => string
  /** Hive type of a column of some table in the statement, by its name (lower case). */
  readonly columnType: (name: string) => string | undefined
  /** Names and aliases (lower case) of the tables whose views have the hidden column `$path`. */
  readonly pathTables: ReadonlySet<string>
  /** Values of which nothing shows that they are maps or arrays are taken for maps. */
  readonly unknownIsMap: boolean
}
