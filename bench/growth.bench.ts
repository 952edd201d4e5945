import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient } from '@aws-sdk/client-kinesis'
import type { RunningHeadrace } from '../test/support/headrace.ts'
import { startHeadrace } from '../test/support/headrace.ts'
import { createStream, jsonOf, randomRecord, signedCall } from './kinesis.bench.ts'
import { cpuSecondsOf, knowsProcesses, residentMb } from './processes.ts'

const STREAM = 'bench'
const SHARDS = 4
const BATCH = 500
const CONNECTIONS = 8
/** Stored records at which it is measured what further ones cost, and how many further ones those are. */
const STEPS = [0, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000]
const MEASURED = 100_000
const READS = 200
const READ_RECORDS = 500
/** Signatures are valid for five minutes; a round is much shorter. */
const ROUND_RECORDS = 500_000

interface Step {
  readonly stored: number
  readonly putUs: number
  readonly tailUs: number
  readonly headUs: number
  readonly residentMb: number
}

/**
 * Long: fills a stream with ten million records of 1 KB (10 GB, twice that on disk for a while), says
 * along the way what a record costs to put and to read, then kills the server and starts it again.
 */
export async function benchGrowth(dist: string): Promise<string> {
  if (!knowsProcesses) return 'Left out: it needs /proc.'
  const directory = mkdtempSync(join(tmpdir(), 'headrace-growth-'))
  const options = { dist, dataDir: join(directory, 'data'), flags: ['--stream-limits', 'off'] }
  const headrace = await startHeadrace(options)
  const load = fork(join('bench', 'load.mjs'), { execArgv: [] })
  try {
    const client = clientOf(headrace)
    // For the compilers, into a stream that does not count.
    await createStream(client, 'warm-up', SHARDS)
    await putRecords({ headrace, load, put: putTo('warm-up', headrace, directory) }, MEASURED)
    await createStream(client, STREAM, SHARDS)
    const put = putTo(STREAM, headrace, directory)
    const steps = await grow({ headrace, load, client, put })
    client.destroy()
    await headrace.kill()
    return `${curve(steps)}\n\n${await recovery(options)}`
  } finally {
    load.kill()
    await headrace.kill()
    rmSync(directory, { recursive: true, force: true })
  }
}

function putTo(stream: string, headrace: RunningHeadrace, directory: string) {
  const records = Array.from({ length: BATCH }, randomRecord)
  const body = jsonOf({ StreamName: stream, Records: records })
  return signedCall({ headrace, directory }, { operation: 'PutRecords', form: 'json', body })
}

interface Growing {
  readonly headrace: RunningHeadrace
  readonly load: ChildProcess
  readonly client: KinesisClient
  readonly put: ReturnType<typeof signedCall>
}

async function grow(growing: Growing): Promise<ReadonlyArray<Step>> {
  const { headrace, client } = growing
  let stored = 0
  const steps: Step[] = []
  for (const step of STEPS) {
    while (stored < step) {
      stored += await putRecords(growing, Math.min(step - stored, ROUND_RECORDS))
    }
    const before = stored
    const putUs = await costUs(headrace, MEASURED, async () => {
      stored += await putRecords(growing, MEASURED)
    })
    const reads = READS * READ_RECORDS
    const tailUs = await costUs(headrace, reads, () => readFrom(client, 'tail'))
    const headUs = await costUs(headrace, reads, () => readFrom(client, 'head'))
    steps.push({ stored: before, putUs, tailUs, headUs, residentMb: residentMb(headrace.pid) })
    console.log(`  ${JSON.stringify(steps.at(-1))}`)
  }
  return steps
}

async function putRecords(
  { headrace, load, put }: Omit<Growing, 'client'>,
  records: number,
): Promise<number> {
  const count = Math.ceil(records / BATCH)
  load.send({ port: headrace.port, connections: CONNECTIONS, count, requests: put() })
  const [answer] = (await once(load, 'message')) as [{ problem?: string }]
  if (answer.problem !== undefined) throw new Error(answer.problem)
  return count * BATCH
}

/** The same records again and again: the last ones, or the first. */
async function readFrom(client: KinesisClient, end: 'head' | 'tail'): Promise<void> {
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({
      StreamName: STREAM,
      ShardId: 'shardId-000000000000',
      ...(end === 'head'
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(Date.now() - 60_000) }),
    }),
  )
  for (let read = 0; read < READS; read++) {
    const { Records = [] } = await client.send(
      new GetRecordsCommand({ ShardIterator, Limit: READ_RECORDS }),
    )
    if (Records.length === 0) throw new Error(`there is nothing at the ${end}`)
  }
}

async function costUs(
  { pid }: RunningHeadrace,
  records: number,
  work: () => Promise<void>,
): Promise<number> {
  const before = cpuSecondsOf(pid)
  await work()
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  return ((cpuSecondsOf(pid) - before) / records) * 1e6
}

function curve(steps: ReadonlyArray<Step>): string {
  const number = (value: number) => Math.round(value).toLocaleString('en-US')
  const rows = steps.map(({ stored, putUs, tailUs, headUs, residentMb: resident }) => {
    const costs = [putUs, tailUs, headUs].map((us) => us.toFixed(1))
    return `| ${[number(stored), ...costs, number(resident)].join(' | ')} |`
  })
  return `Server CPU for one record of 1 KB, by how many the stream of ${SHARDS} shards had before:

| stored records | put, µs CPU | read, last minute, µs CPU | read, oldest, µs CPU | resident, MB |
| -------------: | ----------: | ------------------------: | -------------------: | -----------: |
${rows.join('\n')}`
}

async function recovery(options: { readonly dist: string; readonly dataDir: string }) {
  const gigabytes = sizeOf(options.dataDir) / 1e9
  const again = await startHeadrace(options)
  const seconds = again.readyMs / 1000
  const client = clientOf(again)
  await readFrom(client, 'head')
  client.destroy()
  const resident = residentMb(again.pid)
  await again.stop()
  return `Killed (SIGKILL) right after the last acknowledgement and started again on ${gigabytes.toFixed(1)} GB: ready after ${seconds.toFixed(2)} s, ${resident.toFixed(0)} MB resident.`
}

function clientOf({ endpoint }: RunningHeadrace): KinesisClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  return new KinesisClient({ endpoint, region: 'us-east-1', credentials })
}

function sizeOf(directory: string): number {
  return readdirSync(directory, { withFileTypes: true, recursive: true }).reduce((sum, entry) => {
    return entry.isFile() ? sum + statSync(join(entry.parentPath, entry.name)).size : sum
  }, 0)
}
