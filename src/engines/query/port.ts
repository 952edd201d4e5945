import type { EngineErrorKind } from '../../base/errors.ts'
import { EngineError } from '../../base/errors.ts'

/**
 * SQL over files. A session is a private catalog (views, macros, temporary tables) in a process of
 * its own kind; it reads and writes only the paths it was opened with.
 */
export interface QueryEngine {
  readonly capabilities: QueryCapabilities
  /** Waits while too many sessions are open (`queue depth` is a metric); aborts with the signal. */
  open(options: SessionOptions): Promise<QuerySession>
  close(): Promise<void>
}

export interface QueryCapabilities {
  /** The SQL that `execute` takes. */
  readonly dialect: 'duckdb' | 'trino'
}

export interface SessionOptions {
  /** Files and directories that the session may read; it may write those marked so. */
  readonly paths: ReadonlyArray<{ readonly path: string; readonly writable?: boolean }>
  readonly memoryBytes?: number
  readonly threads?: number
  /**
   * Settings of the engine for this session, by the engine's own names, fixed from the start (SQL
   * cannot change any setting). DuckDB takes those of `sessionSettings`; others answer `invalid`.
   */
  readonly settings?: Readonly<Record<string, string | boolean>>
  readonly signal?: AbortSignal
}

/** What `SessionOptions.settings` may hold for the dialect `duckdb`. */
export const sessionSettings = [
  'default_null_order',
  'ieee_floating_point_ops',
  'integer_division',
  'preserve_insertion_order',
  'timezone',
] as const

export interface QuerySession {
  /**
   * Runs one statement to its end; statements of one session run one behind the other. Rejects with
   * `QueryError('invalid')` and the engine's own words for bad SQL (and for a statement that would
   * leave the session's paths or change settings), `full` when memory and spill space are used up,
   * `unavailable` when the process died (the session is then lost), `timeout` when the signal
   * aborted (the statement is then really stopped).
   */
  execute(sql: string, options?: ExecuteOptions): Promise<QueryResult>
  /**
   * More paths that the session may read (or write) from now on. Free before the first statement;
   * later it costs a copy of the session's tables. An open transaction does not survive it.
   */
  allow(paths: SessionOptions['paths']): Promise<void>
  close(): Promise<void>
}

export interface ExecuteOptions {
  readonly parameters?: ReadonlyArray<string | number | boolean | null>
  /** Rows beyond this many are not transferred (`truncated` says so). Default 10,000. */
  readonly rowsMax?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: QueryProgress) => void
}

export interface QueryProgress {
  /** 0 … 1. */
  readonly fraction: number
  readonly rows: number
}

export interface QueryResult {
  readonly columns: ReadonlyArray<{ readonly name: string; readonly type: string }>
  /** JSON values; 64-bit integers, decimals and timestamps as text, nested values as JSON. */
  readonly rows: ReadonlyArray<ReadonlyArray<JsonValue>>
  readonly truncated: boolean
  /** Bytes really read from files by this statement. */
  readonly scannedBytes: number
}

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | ReadonlyArray<JsonValue>
  | { readonly [name: string]: JsonValue }

/** What is wrong with a statement, as far as the engine can tell it apart. */
export type QueryProblem =
  | 'syntax'
  | 'table-not-found'
  | 'column-not-found'
  | 'function-not-found'
  | 'type'
  | 'conversion'
  | 'out-of-range'
  | 'input'
  | 'file'
  | 'not-permitted'
  | 'not-supported'
  | 'other'

/** A statement that failed: the engine's own words, and what it said about them as data. */
export class QueryError extends EngineError {
  readonly problem: QueryProblem
  /** Where in the SQL, as a count of characters from its start. */
  readonly position: number | undefined
  /** The name that was not found. */
  readonly subject: string | undefined

  constructor(
    kind: EngineErrorKind,
    message: string,
    details: {
      readonly problem: QueryProblem
      readonly position?: number | undefined
      readonly subject?: string | undefined
    },
  ) {
    super(kind, message)
    this.problem = details.problem
    this.position = details.position
    this.subject = details.subject
  }
}
