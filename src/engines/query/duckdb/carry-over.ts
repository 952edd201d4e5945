import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { quote, quoteName } from './literal.ts'

/**
 * Copies what a session has made (tables, views, macros; temporary tables and views too) out of an
 * instance, and answers how to put it into the next one. The current schema goes along.
 */
export async function carryOver(
  connection: DuckDBConnection,
  directory: string,
): Promise<(next: DuckDBConnection) => Promise<void>> {
  const databases = await column(
    connection,
    'SELECT database_name FROM duckdb_databases() WHERE NOT internal ORDER BY database_oid',
  )
  const current = await column(
    connection,
    `SELECT format('"{}"."{}"', replace(current_database(), '"', '""'),
       replace(current_schema(), '"', '""'))`,
  )
  const files = databases.map((name, index) => ({ name, path: join(directory, `carry-${index}`) }))
  for (const { name, path } of files) {
    await withFile(connection, path, `COPY FROM DATABASE ${quoteName(name)} TO headrace_carry`)
  }
  const restoreTemporary = await carryTemporary(connection, join(directory, 'carry-temporary'))
  return async (next) => {
    for (const { name, path } of files) {
      if (name !== 'memory') await next.run(`ATTACH ':memory:' AS ${quoteName(name)}`)
      await withFile(next, path, `COPY FROM DATABASE headrace_carry TO ${quoteName(name)}`)
      await rm(path, { force: true })
    }
    await next.run(`USE ${current.join('')}`)
    await restoreTemporary(next)
  }
}

/** `COPY FROM DATABASE` passes over what is temporary. */
async function carryTemporary(connection: DuckDBConnection, path: string) {
  const tables = await column(
    connection,
    'SELECT table_name FROM duckdb_tables() WHERE temporary ORDER BY table_oid',
  )
  const views = await column(
    connection,
    'SELECT sql FROM duckdb_views() WHERE temporary AND NOT internal ORDER BY view_oid',
  )
  const names = tables.map(quoteName)
  const save = names.map((name) => `CREATE TABLE headrace_carry.${name} AS FROM temp.main.${name}`)
  await withFile(connection, path, ...save)
  return async (next: DuckDBConnection) => {
    const load = names.map((name) => `CREATE TEMP TABLE ${name} AS FROM headrace_carry.${name}`)
    await withFile(next, path, ...load)
    await rm(path, { force: true })
    for (const view of views) await next.run(view)
  }
}

async function withFile(connection: DuckDBConnection, path: string, ...statements: string[]) {
  if (statements.length === 0) return
  await connection.run(`ATTACH ${quote(path)} AS headrace_carry`)
  for (const statement of statements) await connection.run(statement)
  await connection.run('DETACH headrace_carry')
}

async function column(connection: DuckDBConnection, sql: string): Promise<string[]> {
  const reader = await connection.runAndReadAll(sql)
  return reader.getRows().map(([value]) => String(value))
}
