// What the wire layer costs on the hot path, in milliseconds of a free core:
//   npx tsx bench/wire.bench.ts
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { extractModels } from '../scripts/extract-models.ts'
import { CborEncoder } from '../src/wire/codec/cbor.ts'
import type { WireOperation, WireRequest } from '../src/wire/request.ts'
import { openWire } from '../src/wire/wire.ts'

const rounds = 400
const recordCount = 500
const recordSize = 1024

const wire = openWire({ modelsDirectory: extractModels(), serviceNames: ['kinesis'] })
const records = Array.from({ length: recordCount }, (_, index) => ({
  Data: randomBytes(recordSize),
  PartitionKey: `key-${index}`,
}))
const answer = {
  Records: records.map((record, index) => ({
    ...record,
    SequenceNumber: `4959033827149025660855969253836157109592157598913${index}`,
    ApproximateArrivalTimestamp: new Date(1_700_000_000_000 + index),
  })),
  MillisBehindLatest: 0,
}

function requestOf(operation: string, body: Buffer, contentType: string): WireRequest {
  return {
    method: 'POST',
    rawPath: '/',
    rawQuery: '',
    headers: { 'x-amz-target': `Kinesis_20131202.${operation}`, 'content-type': contentType },
    stream: Readable.from([]),
    // A copy each time: reading JSON decodes the blobs where they stand.
    bytes: async () => Buffer.from(body),
  }
}

async function open(request: WireRequest): Promise<WireOperation> {
  const found = await wire.identify(request, 'kinesis')
  if (found.kind === 'unknown') throw found.error
  return found.operation
}

function asJson(extra: object): Buffer {
  const list = records.map(({ Data, PartitionKey }) => ({
    Data: Data.toString('base64'),
    PartitionKey,
  }))
  return Buffer.from(JSON.stringify({ Records: list, StreamName: 's', ...extra }))
}

function asCbor(): Buffer {
  const encoder = new CborEncoder()
  encoder.map(2)
  encoder.text('StreamName')
  encoder.text('s')
  encoder.text('Records')
  encoder.array(records.length)
  for (const { Data, PartitionKey } of records) {
    encoder.map(2)
    encoder.text('Data')
    encoder.blob(Data)
    encoder.text('PartitionKey')
    encoder.text(PartitionKey)
  }
  return encoder.finish()
}

async function measure(what: string, run: () => unknown): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint()
    await run()
    times.push(Number(process.hrtime.bigint() - start) / 1e6)
  }
  times.sort((a, b) => a - b)
  const [best = 0] = times
  const median = times[rounds >> 1] ?? 0
  console.log(what.padEnd(44), best.toFixed(3).padStart(8), median.toFixed(3).padStart(8))
}

const json = 'application/x-amz-json-1.1'
const cbor = 'application/x-amz-cbor-1.1'
const put = requestOf('PutRecords', asJson({}), json)
const slow = requestOf('PutRecords', asJson({ Unknown: 1 }), json)
const inCbor = requestOf('PutRecords', asCbor(), cbor)
const single = {
  StreamName: 's',
  PartitionKey: 'k',
  Data: randomBytes(recordSize).toString('base64'),
}
const one = requestOf('PutRecord', Buffer.from(JSON.stringify(single)), json)
const get = await open(requestOf('GetRecords', Buffer.from('{}'), json))
const getCbor = await open(requestOf('GetRecords', Buffer.alloc(0), cbor))
const body = await put.bytes()

console.log('500 records of 1 KB'.padEnd(44), '    best', '  median')
await measure('JSON.parse alone', () => JSON.parse(body.toString()))
await measure('PutRecords read', async () => (await open(put)).readInput(put))
await measure('PutRecords read, off the scanner', async () => (await open(slow)).readInput(slow))
await measure('PutRecords read, CBOR', async () => (await open(inCbor)).readInput(inCbor))
await measure('GetRecords written', () => get.writeOutput(answer, 'request-1'))
await measure('GetRecords written, CBOR', () => getCbor.writeOutput(answer, 'request-1'))
await measure('PutRecord read (one record)', async () => (await open(one)).readInput(one))
