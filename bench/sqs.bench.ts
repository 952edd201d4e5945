import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import type { Arena, Case } from './contest.ts'
import { headOf, signedHead } from './requests.ts'
import type { Row } from './results.ts'
import { percentile } from './results.ts'

const BODY = 'x'.repeat(1_024)
const BATCH = 10
const REQUESTS = 500
const CONNECTIONS = 32
/** What is received in a round stays hidden through all rounds. */
const HIDDEN_SECONDS = 3_600
const DELAYS = 200
const DELAYS_WARM_UP = 30
const REST_MS = 10

/** Messages of 1 KB in and out of a standard queue, durable both ways, and the way through. */
export async function benchSqs(arena: Arena): Promise<Row[]> {
  const client = new SQSClient({
    endpoint: arena.headrace.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const rows = [...(await benchSends(arena, client)), ...(await benchReceives(arena, client))]
  rows.push(...(await benchDelay(client)))
  client.destroy()
  return rows
}

async function benchSends(arena: Arena, client: SQSClient): Promise<Row[]> {
  const QueueUrl = await createQueue(client, 'bench-sends')
  const one = { QueueUrl, MessageBody: BODY }
  const batch = { QueueUrl, Entries: entriesOf(BATCH) }
  return [
    ...(await arena.run(
      caseOf(arena, 'SendMessage', one, { what: 'SendMessage, 1 KB', holds: 1 }),
    )),
    ...(await arena.run(
      caseOf(arena, 'SendMessageBatch', batch, {
        what: `SendMessageBatch, ${BATCH} × 1 KB`,
        holds: BATCH,
      }),
    )),
  ]
}

async function benchReceives(arena: Arena, client: SQSClient): Promise<Row[]> {
  const rows: Row[] = []
  for (const holds of [1, BATCH]) {
    const QueueUrl = await createQueue(client, `bench-receives-${holds}`)
    const input = { QueueUrl, MaxNumberOfMessages: holds, VisibilityTimeout: HIDDEN_SECONDS }
    const what = `ReceiveMessage, ${holds} × 1 KB`
    rows.push(
      ...(await arena.run({
        ...caseOf(arena, 'ReceiveMessage', input, { what, holds }),
        before: () => fill(client, QueueUrl, REQUESTS * holds),
      })),
    )
  }
  return rows
}

function caseOf(
  { headrace, barePort, directory }: Arena,
  operation: string,
  input: object,
  { what, holds }: { readonly what: string; readonly holds: number },
): Case {
  const body = JSON.stringify(input)
  const bodyPath = join(directory, `${operation}-${holds}`)
  writeFileSync(bodyPath, body)
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `AmazonSQS.${operation}`,
  }
  const request = { method: 'POST', target: '/', headers, service: 'sqs', body }
  const length = { 'content-length': String(Buffer.byteLength(body)) }
  const appended = headOf(barePort, 'POST', '/append', length)
  return {
    what: `${what}, durable`,
    count: REQUESTS,
    connections: CONNECTIONS,
    holds: { amount: holds, of: 'messages' },
    ours: () => [{ head: signedHead(headrace.port, request), bodyPath }],
    references: [
      {
        is: 'bare node:http, JSON.parse, one synced append a group',
        requests: [{ head: appended, bodyPath }],
      },
    ],
  }
}

/** From the call of SendMessage to the answer of a long poll that waits for it, one at a time. */
async function benchDelay(client: SQSClient): Promise<Row[]> {
  const QueueUrl = await createQueue(client, 'bench-delay')
  const arrivals: number[] = []
  const acknowledgements: number[] = []
  for (let number = 0; number < DELAYS_WARM_UP + DELAYS; number++) {
    const received = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }))
    // The poll is to wait when the message comes.
    await new Promise((resolve) => setTimeout(resolve, REST_MS))
    const calledAt = performance.now()
    const [arrivedMs, acknowledgedMs] = await Promise.all([
      received.then(() => performance.now() - calledAt),
      client
        .send(new SendMessageCommand({ QueueUrl, MessageBody: BODY }))
        .then(() => performance.now() - calledAt),
    ])
    if (number < DELAYS_WARM_UP) continue
    arrivals.push(arrivedMs)
    acknowledgements.push(acknowledgedMs)
  }
  return [0.5, 0.99].map((part): Row => {
    return {
      what: `SendMessage to a waiting long poll, p${part * 100}`,
      unit: 'ms',
      ours: percentile(arrivals, part),
      reference: percentile(acknowledgements, part),
      referenceIs: 'SendMessage until it is answered, the same client',
    }
  })
}

async function createQueue(client: SQSClient, QueueName: string): Promise<string> {
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName }))
  return QueueUrl
}

function entriesOf(count: number) {
  return Array.from({ length: count }, (_, index) => ({ Id: String(index), MessageBody: BODY }))
}

async function fill(client: SQSClient, QueueUrl: string, count: number): Promise<void> {
  let left = count
  const send = async () => {
    while (left > 0) {
      const size = Math.min(left, BATCH)
      left -= size
      await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: entriesOf(size) }))
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, send))
}
