import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { systemClock } from '../src/base/clock.ts'
import { silentMetrics } from '../src/base/metrics.ts'
import { systemRandom } from '../src/base/random.ts'
import { openNodeScratch } from '../src/engines/node-scratch.ts'
import { createDuckdbQuery } from '../src/engines/query/duckdb/duckdb-query.ts'
import type { FormatConversion } from '../src/services/firehose/destination.ts'
import { convertToParquet } from '../src/services/firehose/parquet-conversion.ts'
import type { CatalogTable } from '../src/services/glue/catalog.ts'
import type { Row } from './results.ts'

const RECORDS = 200_000
const ROUNDS = 5

const columns = [
  { name: 'transaction_id', type: 'bigint', sql: 'BIGINT' },
  { name: 'customer_id', type: 'string', sql: 'VARCHAR' },
  { name: 'terminal_id', type: 'string', sql: 'VARCHAR' },
  { name: 'amount', type: 'double', sql: 'DOUBLE' },
  { name: 'at', type: 'timestamp', sql: 'TIMESTAMP' },
  { name: 'online', type: 'boolean', sql: 'BOOLEAN' },
  { name: 'items', type: 'int', sql: 'INTEGER' },
  { name: 'note', type: 'string', sql: 'VARCHAR' },
]

function recordOf(index: number): string {
  return JSON.stringify({
    transaction_id: index,
    customer_id: `customer-${(index * 7919) % 5000}`,
    terminal_id: `terminal-${(index * 104729) % 1000}`,
    amount: ((index * 31) % 100_000) / 100,
    at: new Date(1_700_000_000_000 + index * 250).toISOString(),
    online: index % 3 === 0,
    items: index % 12,
    note: `payment number ${index} of the day`,
  })
}

/** A delivery's records to one Parquet file, each checked against the table; wall time. */
export async function benchParquet(dist: string): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'headrace-bench-'))
  const query = createDuckdbQuery({
    directory: join(directory, 'query'),
    childPath: resolve(dist, 'query-child.js'),
    sessionsMax: 1,
    memoryBytes: 2_000_000_000,
    clock: systemClock,
    random: systemRandom,
    metrics: silentMetrics,
  })
  const scratch = await openNodeScratch(join(directory, 'scratch'), systemRandom)
  const records = Array.from({ length: RECORDS }, (_, index) => Buffer.from(recordOf(index)))
  const input = join(directory, 'records.ndjson')
  writeFileSync(input, records.map((record) => `${record}\n`).join(''))

  const table = {
    database: 'bench',
    name: 'events',
    storage: { columns },
  } as unknown as CatalogTable
  const conversion: FormatConversion = {
    database: 'bench',
    table: 'events',
    deserializer: {
      kind: 'openx',
      caseInsensitive: true,
      dotsToUnderscores: false,
      keyOfColumn: {},
    },
    compression: 'SNAPPY',
    writerVersion: 'V1',
  }
  const convert = () =>
    convertToParquet({ query, scratch }, records, table, conversion, async ({ rowCount }) => {
      if (rowCount !== RECORDS) throw new Error(`${rowCount} of ${RECORDS} records were converted`)
    })
  const types = columns.map(({ name, sql }) => `'${name}': '${sql}'`).join(', ')
  const copy = async () => {
    const session = await query.open({ paths: [{ path: directory, writable: true }] })
    await session.execute(`COPY (SELECT * FROM read_json('${input}', columns = {${types}},
      format = 'newline_delimited')) TO '${directory}/copied.parquet' (FORMAT parquet, COMPRESSION snappy)`)
    await session.close()
  }
  const ours: number[] = []
  const theirs: number[] = []
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      const [our, their] = [await timeOf(convert), await timeOf(copy)]
      // The first one pays for the start of the process.
      if (round > 0) {
        ours.push(our)
        theirs.push(their)
      }
    }
  } finally {
    await query.close()
    rmSync(directory, { recursive: true, force: true })
  }
  return [
    {
      what: 'Firehose NDJSON to Parquet, 200,000 records',
      unit: 'ms',
      ours: Math.min(...ours),
      reference: Math.min(...theirs),
      referenceIs: "DuckDB's COPY of the same file, records not checked one by one",
    },
  ]
}

async function timeOf(run: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await run()
  return performance.now() - started
}
