import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseTimeMs } from '../../base/clock.ts'
import { silentMetrics } from '../../base/metrics.ts'
import { createDuckdbQuery } from '../../engines/query/duckdb/duckdb-query.ts'
import type { CliContext } from '../context.ts'
import type { Transaction } from './transaction-simulator.ts'
import { simulateTransactions } from './transaction-simulator.ts'

export interface Dataset {
  /** In order of time. */
  readonly transactions: ReadonlyArray<Transaction>
  readonly source: string
}

const SIMULATED = { customers: 1000, terminals: 2000, days: 30, seed: 7 }
const SIMULATED_START_MS = parseTimeMs('2026-01-01T00:00:00Z')
const SIMULATED_RECORDS = 40_000

/** Columns of the published data set, by the names that its files use. */
const COLUMNS = `TRANSACTION_ID, TX_DATETIME, CUSTOMER_ID, TERMINAL_ID, TX_AMOUNT, TX_FRAUD, TX_FRAUD_SCENARIO`

const readers: Readonly<Record<string, string>> = {
  '.csv': 'read_csv',
  '.json': 'read_json',
  '.ndjson': 'read_json',
  '.jsonl': 'read_json',
  '.parquet': 'read_parquet',
}

/** The transactions of a run: those of a file, or simulated ones (the same in every run). */
export async function loadTransactions(
  context: CliContext,
  input: string | undefined,
  recordsMax: number | undefined,
): Promise<Dataset> {
  if (input !== undefined) {
    const transactions = await readFile(context, input, recordsMax ?? Number.MAX_SAFE_INTEGER)
    return { transactions, source: input }
  }
  const all = simulateTransactions({ ...SIMULATED, startMs: SIMULATED_START_MS }).transactions
  // A smaller run leaves out customers, not days: the patterns of fraud need weeks.
  const wanted = Math.min(recordsMax ?? SIMULATED_RECORDS, all.length)
  const customers = Math.ceil((SIMULATED.customers * wanted) / all.length)
  const transactions = all.filter(({ customerId }) => customerId < customers).slice(0, wanted)
  return {
    transactions,
    source: `simulated after the Fraud Detection Handbook (seed ${SIMULATED.seed})`,
  }
}

async function readFile(context: CliContext, input: string, recordsMax: number) {
  const path = resolve(input)
  const reader = readers[extname(path.replace(/\.(gz|zst)$/, '')).toLowerCase()]
  if (!reader) {
    throw new Error(
      `--input: ${input} is none of ${Object.keys(readers).join(', ')} (or .gz of them).`,
    )
  }
  const directory = await mkdtemp(join(tmpdir(), 'headrace-demo-'))
  const query = createDuckdbQuery({
    directory,
    childPath: join(context.distDirectory, 'query-child.js'),
    childArguments: [],
    sessionsMax: 1,
    memoryBytes: 1_000_000_000,
    spillBytesMax: 10_000_000_000,
    clock: context.clock,
    random: context.random,
    metrics: silentMetrics,
  })
  try {
    const session = await query.open({ paths: [{ path }, { path: directory, writable: true }] })
    const output = join(directory, 'transactions.ndjson')
    await session.execute(`COPY (SELECT ${COLUMNS} FROM ${reader}('${path.replaceAll("'", "''")}')
      ORDER BY TX_DATETIME, TRANSACTION_ID LIMIT ${recordsMax}) TO '${output}' (FORMAT json)`)
    await session.close()
    return await readLines(output)
  } finally {
    await query.close()
    await rm(directory, { recursive: true, force: true })
  }
}

interface Row {
  readonly TRANSACTION_ID: number
  readonly TX_DATETIME: string
  readonly CUSTOMER_ID: number | string
  readonly TERMINAL_ID: number | string
  readonly TX_AMOUNT: number
  readonly TX_FRAUD: number
  readonly TX_FRAUD_SCENARIO: number
}

async function readLines(path: string): Promise<Transaction[]> {
  const transactions: Transaction[] = []
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const row = JSON.parse(line) as Row
    const scenario = row.TX_FRAUD_SCENARIO
    transactions.push({
      transactionId: row.TRANSACTION_ID,
      timeMs: parseTimeMs(row.TX_DATETIME.replace(' ', 'T').replace(/Z?$/, 'Z')),
      customerId: Number(row.CUSTOMER_ID),
      terminalId: Number(row.TERMINAL_ID),
      amount: row.TX_AMOUNT,
      fraud: row.TX_FRAUD !== 0,
      scenario: scenario === 1 || scenario === 2 || scenario === 3 ? scenario : 0,
    })
  }
  return transactions
}
