import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { hasErrorCode } from '../../../base/errors.ts'
import { quote } from './literal.ts'

/**
 * Bytes that a statement read from files, out of DuckDB's own log of its file system. (The profiler's
 * `total_bytes_read` is far off for Parquet.) A text file may be read twice, the first time to find
 * out its format: of those, no more than the file's size is counted for a statement.
 *
 * The log goes to a file: kept in memory, DuckDB 1.5.6 deadlocks when it spills while writing or
 * reading its log, for spilling is logged too.
 */
export interface ScanMeter {
  /** Bytes since the last call. */
  take(): Promise<number>
}

/** Beyond this size the log starts anew. */
const LOG_BYTES_MAX = 16 * 1024 * 1024
const PARQUET = 'PAR1'

export async function startScanMeter(
  connection: DuckDBConnection,
  spillDirectory: string,
): Promise<ScanMeter> {
  const directory = join(spillDirectory, 'log')
  const path = join(directory, 'duckdb_log_entries.csv')
  await connection.run(
    `CALL enable_logging('FileSystem', storage = 'file',
       storage_config = {'path': ${quote(directory)}})`,
  )
  let position = 0

  return {
    async take() {
      const bytesByPath = new Map<string, number>()
      const log = await open(path)
      try {
        for await (const line of log.readLines({ start: position, autoClose: false })) {
          const read = parseRead(line)
          if (!read || read.path.startsWith(spillDirectory)) continue
          bytesByPath.set(read.path, (bytesByPath.get(read.path) ?? 0) + read.bytes)
        }
        position = (await log.stat()).size
      } finally {
        await log.close()
      }
      if (position > LOG_BYTES_MAX) {
        await connection.run('CALL truncate_duckdb_logs()')
        position = 0
      }
      let total = 0
      for (const [file, bytes] of bytesByPath) total += await countedBytes(file, bytes)
      return total
    },
  }
}

/** `23,2026-…,FileSystem,TRACE,"{""path"":""a.parquet"",""op"":""READ"",""bytes"":""8""…}"` */
function parseRead(line: string): { readonly path: string; readonly bytes: number } | undefined {
  if (!line.includes('""op"":""READ""')) return undefined
  const message = line.slice(line.indexOf('"') + 1, -1).replaceAll('""', '"')
  const { path, bytes } = JSON.parse(message) as { path: string; bytes: string }
  return { path, bytes: Number(bytes) }
}

async function countedBytes(path: string, read: number): Promise<number> {
  try {
    const file = await open(path)
    try {
      const head = await file.read(Buffer.alloc(PARQUET.length), 0, PARQUET.length, 0)
      if (head.buffer.toString('latin1') === PARQUET) return read
      return Math.min(read, (await file.stat()).size)
    } finally {
      await file.close()
    }
  } catch (error) {
    // Gone since: what the engine has logged is all that is known.
    if (hasErrorCode(error, 'ENOENT')) return read
    throw error
  }
}
