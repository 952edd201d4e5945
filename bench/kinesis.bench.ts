import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateStreamCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordsCommand,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis'
import { CborEncoder } from '../src/wire/codec/cbor.ts'
import { signedHeaders } from '../test/support/sign.ts'
import type { Arena, PreparedRequest, Reference } from './contest.ts'
import { headOf, signedHead } from './requests.ts'
import type { Row } from './results.ts'

const contentTypes = { json: 'application/x-amz-json-1.1', cbor: 'application/x-amz-cbor-1.1' }
type Form = keyof typeof contentTypes

const STREAM = 'bench'
const READ_STREAM = 'bench-reads'
const BATCH = 500
const READ_RECORDS = 10_000
/** What a core is to take a second. */
const RECORDS_AIM = 150_000

/** Records of 1 KB into a stream of four shards, acknowledged when durable; and ten thousand of them out. */
export async function benchKinesis(arena: Arena): Promise<Row[]> {
  const client = new KinesisClient({
    endpoint: arena.headrace.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  await createStream(client, STREAM, 4)
  const puts = await benchPuts(arena)
  await createStream(client, READ_STREAM, 1)
  const gets = await benchGets(arena, client)
  client.destroy()
  return [...puts, ...gets]
}

export async function createStream(client: KinesisClient, name: string, shards: number) {
  await client.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }))
  await waitUntilStreamExists({ client, maxWaitTime: 60 }, { StreamName: name })
}

export function randomRecord() {
  return { Data: randomBytes(1024), PartitionKey: randomBytes(8).toString('hex') }
}

interface Call {
  readonly operation: string
  readonly form: Form
  readonly body: string | Buffer
}

/** A request to Headrace, its body in a file; signed anew whenever it is asked for. */
export function signedCall(arena: Pick<Arena, 'headrace' | 'directory'>, call: Call) {
  const { operation, form, body } = call
  const bodyPath = join(arena.directory, `${operation}-${form}`)
  writeFileSync(bodyPath, body)
  const headers = {
    'content-type': contentTypes[form],
    'x-amz-target': `Kinesis_20131202.${operation}`,
  }
  const request = { method: 'POST', target: '/', headers, service: 'kinesis', body }
  return (): PreparedRequest[] => [{ head: signedHead(arena.headrace.port, request), bodyPath }]
}

async function benchPuts(arena: Arena): Promise<Row[]> {
  const records = Array.from({ length: BATCH }, randomRecord)
  const batch = { count: 200, connections: 8, holds: { amount: BATCH, of: 'records' } } as const
  const asJson = jsonOf({ StreamName: STREAM, Records: records })
  const asCbor = cborOf({ StreamName: STREAM, Records: records })
  const one = jsonOf({ StreamName: STREAM, ...randomRecord() })
  return [
    ...(await arena.run({
      ...batch,
      what: `PutRecords, ${BATCH} × 1 KB, durable`,
      holds: { ...batch.holds, aim: RECORDS_AIM },
      mainThread: true,
      ...sides(arena, { operation: 'PutRecords', form: 'json', body: asJson }, [
        { kind: '/json', is: 'bare node:http, JSON.parse, nothing kept', aim: 0.6 },
      ]),
    })),
    ...(await arena.run({
      ...batch,
      what: `PutRecords, ${BATCH} × 1 KB, CBOR, durable`,
      ...sides(arena, { operation: 'PutRecords', form: 'cbor', body: asCbor }, [
        { kind: '/read', is: 'bare node:http, not even decoded' },
      ]),
    })),
    ...(await arena.run({
      what: 'PutRecord, 1 KB, durable',
      count: 5_000,
      connections: 64,
      holds: { amount: 1, of: 'records' },
      mainThread: true,
      ...sides(arena, { operation: 'PutRecord', form: 'json', body: one }, [
        { kind: '/json', is: 'bare node:http, JSON.parse, nothing kept' },
      ]),
    })),
  ]
}

async function benchGets(arena: Arena, client: KinesisClient): Promise<Row[]> {
  const bytes = await fill(client)
  writeFileSync(join(arena.directory, 'records'), bytes)
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({
      StreamName: READ_STREAM,
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  )
  const rows: Row[] = []
  for (const form of ['json', 'cbor'] as const) {
    const body = form === 'json' ? jsonOf({ ShardIterator }) : cborOf({ ShardIterator })
    const call: Call = { operation: 'GetRecords', form, body }
    await keepAnswer(arena, call)
    const sent = { kind: `/kept/answer-${form}`, is: 'bare node:http that sends the same bytes' }
    const made = {
      kind: '/made/records',
      is: 'bare node:http, JSON.stringify of records in memory',
    }
    rows.push(
      ...(await arena.run({
        what: `GetRecords, ${READ_RECORDS} × 1 KB${form === 'cbor' ? ', CBOR' : ''}`,
        count: 20,
        connections: 2,
        holds: { amount: READ_RECORDS, of: 'records' },
        ...sides(arena, call, form === 'json' ? [sent, made] : [sent]),
      })),
    )
  }
  return rows
}

/** Both sides of a contest: our call, and the bare server with the same body. */
function sides(
  arena: Arena,
  call: Call,
  references: ReadonlyArray<{ readonly kind: string; readonly is: string; readonly aim?: number }>,
) {
  const ours = signedCall(arena, call)
  const [{ bodyPath } = {}] = ours()
  const headers = { 'content-length': String(call.body.length) }
  return {
    ours,
    references: references.map(({ kind, ...rest }): Reference => {
      const head = headOf(arena.barePort, 'POST', kind, headers)
      return { ...rest, requests: [{ head, ...(bodyPath !== undefined && { bodyPath }) }] }
    }),
  }
}

/** Answers the data of all records. */
async function fill(client: KinesisClient): Promise<Buffer> {
  const all: Uint8Array[] = []
  while (all.length < READ_RECORDS) {
    const Records = Array.from({ length: BATCH }, randomRecord)
    await client.send(new PutRecordsCommand({ StreamName: READ_STREAM, Records }))
    for (const { Data } of Records) all.push(Data)
  }
  return Buffer.concat(all)
}

/** For the bare server, to send it as it is. */
async function keepAnswer({ headrace, directory }: Arena, { operation, form, body }: Call) {
  const headers = {
    host: `127.0.0.1:${headrace.port}`,
    'content-type': contentTypes[form],
    'x-amz-target': `Kinesis_20131202.${operation}`,
  }
  const request = { method: 'POST', target: '/', headers, service: 'kinesis', body }
  const { host: _, ...sent } = signedHeaders(request)
  const answer = await fetch(headrace.endpoint, { method: 'POST', headers: sent, body })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const least = READ_RECORDS * 1024
  if (!answer.ok || bytes.length < least) throw new Error(`${operation}: ${bytes.subarray(0, 200)}`)
  writeFileSync(join(directory, `answer-${form}`), bytes)
}

/** Bytes as base64, as the protocol has them. */
export function jsonOf(value: object): string {
  return JSON.stringify(value, (_key, item) => {
    if (item instanceof Uint8Array) return Buffer.from(item).toString('base64')
    return item?.type === 'Buffer' ? Buffer.from(item.data).toString('base64') : item
  })
}

function cborOf(value: object): Buffer {
  const encoder = new CborEncoder()
  const write = (item: unknown): void => {
    if (typeof item === 'string') encoder.text(item)
    else if (Buffer.isBuffer(item)) encoder.blob(item)
    else if (Array.isArray(item)) {
      encoder.array(item.length)
      for (const one of item) write(one)
    } else {
      const entries = Object.entries(item as object)
      encoder.map(entries.length)
      for (const [key, one] of entries) {
        encoder.text(key)
        write(one)
      }
    }
  }
  write(value)
  return encoder.finish()
}
