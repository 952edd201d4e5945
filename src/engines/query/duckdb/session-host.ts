import { mkdir } from 'node:fs/promises'
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api'
import { DuckDBInstance, JsonDuckDBValueConverter, StatementType } from '@duckdb/node-api'
import { assert } from '../../../base/assert.ts'
import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type { QueryProgress, SessionOptions } from '../port.ts'
import { QueryError, sessionSettings } from '../port.ts'
import { carryOver } from './carry-over.ts'
import { quote } from './literal.ts'
import type { SessionSettings, Statement, StatementResult } from './messages.ts'
import type { ScanMeter } from './scan-meter.ts'
import { startScanMeter } from './scan-meter.ts'
import { refusalOfWrite } from './write-target.ts'

/** Bytes of result text beyond which rows are no longer transferred. */
const RESULT_BYTES_MAX = 64 * 1024 * 1024
const PROGRESS_INTERVAL_MS = 200

/** The statements that a session may run. The rest would leave its paths or change its settings. */
const PERMITTED: ReadonlySet<StatementType> = new Set([
  StatementType.SELECT,
  StatementType.INSERT,
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.MERGE_INTO,
  StatementType.EXPLAIN,
  StatementType.CREATE,
  StatementType.CREATE_FUNC,
  StatementType.ALTER,
  StatementType.DROP,
  StatementType.TRANSACTION,
  StatementType.COPY,
  StatementType.ANALYZE,
  StatementType.VARIABLE_SET,
  StatementType.SET,
  StatementType.ATTACH,
  StatementType.DETACH,
])

/** One session inside the child: a DuckDB instance in memory that sees the session's paths only. */
export interface SessionHost {
  allow(paths: SessionOptions['paths']): Promise<void>
  execute(
    statement: Statement,
    onProgress: (progress: QueryProgress) => void,
  ): Promise<StatementResult>
  interrupt(): void
  close(): void
}

interface Opened {
  readonly instance: DuckDBInstance
  readonly connection: DuckDBConnection
  readonly meter: ScanMeter
}

export function createSessionHost(settings: SessionSettings, clock: Clock): SessionHost {
  let paths = settings.paths
  let opened: Opened | undefined

  return {
    async allow(more) {
      const known = new Set(paths.map(pathKey))
      const added = more.filter((path) => !known.has(pathKey(path)))
      if (added.length === 0) return
      paths = [...paths, ...added]
      if (!opened) return
      // DuckDB never widens a closed sandbox: what the session made moves into a wider one.
      const { connection, instance } = opened
      const restore = await carryOver(connection, settings.spillDirectory)
      closeInstance({ connection, instance })
      opened = await openSandbox(settings, paths)
      await restore(opened.connection)
      await opened.meter.take()
    },
    async execute(statement, onProgress) {
      opened ??= await openSandbox(settings, paths)
      const { connection, meter } = opened
      const prepared = await prepare(connection, statement.sql, paths)
      const watching = new AbortController()
      const watch = statement.progress
        ? watchProgress(connection, clock, onProgress, watching.signal)
        : Promise.resolve()
      try {
        prepared.bind([...statement.parameters])
        const rows = await collect(prepared, statement.rowsMax)
        return { ...rows, scannedBytes: await meter.take() }
      } catch (error) {
        await meter.take()
        throw error
      } finally {
        watching.abort()
        await watch
        prepared.destroySync()
      }
    },
    interrupt: () => opened?.connection.interrupt(),
    close() {
      if (opened) closeInstance(opened)
      opened = undefined
    },
  }
}

function pathKey({ path, writable }: SessionOptions['paths'][number]): string {
  return `${writable ? 'w' : 'r'}${path}`
}

function closeInstance({ connection, instance }: Pick<Opened, 'connection' | 'instance'>): void {
  connection.closeSync()
  instance.closeSync()
}

async function openSandbox(
  settings: SessionSettings,
  paths: SessionOptions['paths'],
): Promise<Opened> {
  await mkdir(settings.spillDirectory, { recursive: true })
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${settings.memoryBytes}B`,
    threads: String(settings.threads),
    temp_directory: settings.spillDirectory,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_persistent_secrets: 'false',
    errors_as_json: 'true',
    // Bytes that come from a cache are not counted as read, so a figure would depend on luck.
    enable_external_file_cache: 'false',
  })
  const connection = await instance.connect()
  const own = settings.spillDirectory
  // Given at creation, this one is shown but not enforced (1.5.6).
  await connection.run(`SET max_temp_directory_size = '${settings.spillBytesMax}B'`)
  await connection.run(`SET enable_progress_bar = true`)
  await connection.run(`SET enable_progress_bar_print = false`)
  await connection.run(`SET timezone = 'UTC'`)
  for (const [name, value] of Object.entries(settings.engine)) {
    if (!(sessionSettings as ReadonlyArray<string>).includes(name)) {
      throw new EngineError('invalid', `the setting ${name} is not one of a session's`)
    }
    await connection.run(`SET ${name} = ${quote(String(value))}`)
  }
  const meter = await startScanMeter(connection, settings.spillDirectory)
  // A path that is a directory permits all below it; one that is a file permits only itself.
  const listed = [...paths.map(({ path }) => path)]
  await connection.run(`SET allowed_paths = [${listed.map(quote).join(', ')}]`)
  const directories = [...listed, own].map((path) => (path.endsWith('/') ? path : `${path}/`))
  await connection.run(`SET allowed_directories = [${directories.map(quote).join(', ')}]`)
  await connection.run(`SET enable_external_access = false`)
  await connection.run(`SET lock_configuration = true`)
  return { instance, connection, meter }
}

async function prepare(
  connection: DuckDBConnection,
  sql: string,
  paths: SessionOptions['paths'],
): Promise<DuckDBPreparedStatement> {
  const writable = paths.filter((path) => path.writable).map(({ path }) => path.replace(/\/+$/, ''))
  const refusal = refusalOfWrite(sql, writable)
  if (refusal) throw new QueryError('invalid', refusal, { problem: 'not-permitted' })
  if (/^[\s;]*$/.test(sql)) {
    throw new QueryError('invalid', 'the statement is empty', { problem: 'syntax', position: 0 })
  }
  const statements = await connection.extractStatements(sql)
  if (statements.count !== 1) {
    throw new QueryError('invalid', `one statement expected, found ${statements.count}`, {
      problem: 'syntax',
    })
  }
  const prepared = await statements.prepare(0)
  if (PERMITTED.has(prepared.statementType)) return prepared
  const kind = StatementType[prepared.statementType]
  prepared.destroySync()
  throw new QueryError('invalid', `${kind} statements are not permitted`, {
    problem: 'not-permitted',
  })
}

async function collect(prepared: DuckDBPreparedStatement, rowsMax: number) {
  const result = await prepared.stream()
  const columns = result
    .columnNames()
    .map((name, index) => ({ name, type: result.columnType(index).toString() }))
  const chunks: string[] = []
  let rows = 0
  let bytes = 0
  for (;;) {
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) return { columns, chunks, truncated: false }
    const converted = chunk.convertRows(JsonDuckDBValueConverter)
    const wanted = converted.slice(0, rowsMax - rows)
    const text = JSON.stringify(wanted)
    bytes += text.length
    rows += wanted.length
    assert(rows <= rowsMax, 'no more rows than asked for')
    chunks.push(text)
    const full = bytes > RESULT_BYTES_MAX
    if (wanted.length < converted.length || full) return { columns, chunks, truncated: true }
  }
}

async function watchProgress(
  connection: DuckDBConnection,
  clock: Clock,
  onProgress: (progress: QueryProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.sleep(PROGRESS_INTERVAL_MS, signal)
    if (signal.aborted) return
    const { percentage, rows_processed } = connection.progress
    onProgress({
      fraction: Math.min(1, Math.max(0, percentage / 100)),
      rows: Number(rows_processed),
    })
  }
}
