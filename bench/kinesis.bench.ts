import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateStreamCommand, KinesisClient, waitUntilStreamExists } from '@aws-sdk/client-kinesis'
import type { Arena } from './contest.ts'
import { headOf, signedHead } from './requests.ts'
import type { Row } from './results.ts'

const json = { 'content-type': 'application/x-amz-json-1.1' }
const STREAM = 'bench'

/** Records of 1 KB into a stream of four shards: acknowledged when durable. */
export async function benchKinesis(arena: Arena): Promise<Row[]> {
  const { headrace, directory, barePort } = arena
  const client = new KinesisClient({
    endpoint: headrace.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  await client.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: 4 }))
  await waitUntilStreamExists({ client, maxWaitTime: 20 }, { StreamName: STREAM })
  client.destroy()

  const record = () => ({
    Data: randomBytes(1024).toString('base64'),
    PartitionKey: randomBytes(8).toString('hex'),
  })
  const batch = { StreamName: STREAM, Records: Array.from({ length: 500 }, record) }
  const cases = [
    { operation: 'PutRecords', what: 'PutRecords, 500 × 1 KB, durable', content: batch, aim: 0.6 },
    {
      operation: 'PutRecord',
      what: 'PutRecord, 1 KB, durable',
      content: { StreamName: STREAM, ...record() },
    },
  ]
  const rows: Row[] = []
  for (const { operation, what, content, aim } of cases) {
    const body = JSON.stringify(content)
    const bodyPath = join(directory, operation)
    writeFileSync(bodyPath, body)
    const target = { ...json, 'x-amz-target': `Kinesis_20131202.${operation}` }
    const bareHeaders = { ...json, 'content-length': String(body.length) }
    const bare = [{ head: headOf(barePort, 'POST', '/json', bareHeaders), bodyPath }]
    const request = { method: 'POST', target: '/', headers: target, service: 'kinesis', body }
    const made = await arena.run({
      what,
      ...(operation === 'PutRecords'
        ? { count: 200, connections: 8 }
        : { count: 5_000, connections: 64 }),
      ours: () => [{ head: signedHead(headrace.port, request), bodyPath }],
      references: [
        { is: 'bare node:http, JSON.parse, nothing kept', requests: bare, ...(aim && { aim }) },
      ],
    })
    rows.push(...made)
  }
  return rows
}
