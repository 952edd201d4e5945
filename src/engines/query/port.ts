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
  readonly signal?: AbortSignal
}

export interface QuerySession {
  /**
   * Runs one statement to its end. Rejects with `EngineError('invalid')` and the engine's own words
   * for bad SQL, `full` when memory and spill space are used up, `unavailable` when the process
   * died, `timeout` when the signal aborted (the statement is then really stopped).
   */
  execute(sql: string, options?: ExecuteOptions): Promise<QueryResult>
  /** More paths that the session may read from now on. */
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
