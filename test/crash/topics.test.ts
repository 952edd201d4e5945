import { randomInt } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateTopicCommand,
  PublishBatchCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns'
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const ROUNDS = 4
const KILL_AFTER_MS = { least: 200, most: 900 }
const ACCOUNT = '000000000000'
const TOPICS = ['kept', 'kept.fifo']

function clients({ endpoint }: RunningHeadrace) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const config = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
  return { sns: new SNSClient(config), sqs: new SQSClient(config) }
}

type Clients = ReturnType<typeof clients>

const topicArn = (name: string) => `arn:aws:sns:us-east-1:${ACCOUNT}:${name}`

/** Two topics, each with a queue that SNS may send to. */
async function setUp({ sns, sqs }: Clients): Promise<void> {
  for (const name of TOPICS) {
    const isFifo = name.endsWith('.fifo')
    const queueArn = `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'sns.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: queueArn,
        },
      ],
    })
    const queue = { Policy, ...(isFifo && { FifoQueue: 'true' }) }
    await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: queue }))
    const topic = isFifo ? { FifoTopic: 'true', ContentBasedDeduplication: 'true' } : {}
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: name, Attributes: topic }))
    expect(TopicArn).toBe(topicArn(name))
    const Attributes = { RawMessageDelivery: 'true' }
    await sns.send(
      new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn, Attributes }),
    )
  }
}

/** Publishes to a topic until the server is gone; notes what was acknowledged. */
async function write({ sns }: Clients, name: string, round: number, acknowledged: string[]) {
  for (let serial = 0; ; serial += 5) {
    const lines = Array.from({ length: 5 }, (_, index) => `${name} ${round} ${serial + index}`)
    const entry = (line: string, index: number) => ({
      Id: String(index),
      Message: line,
      ...(name.endsWith('.fifo') && { MessageGroupId: 'one' }),
    })
    try {
      await sns.send(
        new PublishBatchCommand({
          TopicArn: topicArn(name),
          PublishBatchRequestEntries: lines.map(entry),
        }),
      )
    } catch {
      return
    }
    acknowledged.push(...lines)
  }
}

/** Takes what is in the queue of a topic. */
async function drain({ sqs }: Clients, endpoint: string, name: string): Promise<string[]> {
  const QueueUrl = `${endpoint}/${ACCOUNT}/${name}`
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
  )
  if (Messages.length > 0) {
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
    }))
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
  }
  return Messages.map(({ Body }) => Body ?? '')
}

test('every acknowledged message reaches its queue, in order when FIFO, whenever the server is killed', async () => {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'headrace-crash-')), 'data')
  const acknowledged: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const server = await startHeadrace({ dataDir })
    const all = clients(server)
    if (round === 0) await setUp(all)
    const writing = TOPICS.map((name) => write(all, name, round, acknowledged))
    await new Promise((resolve) => {
      setTimeout(resolve, randomInt(KILL_AFTER_MS.least, KILL_AFTER_MS.most))
    })
    await server.kill()
    await Promise.all(writing)
  }
  expect(acknowledged.length).toBeGreaterThan(0)

  const server = await startHeadrace({ dataDir })
  const all = clients(server)
  const arrived: string[] = []
  const missing = async () => {
    for (const name of TOPICS) arrived.push(...(await drain(all, server.endpoint, name)))
    const lines = new Set(arrived)
    return acknowledged.filter((line) => !lines.has(line)).length
  }
  await expect.poll(missing, { timeout: 120_000 }).toBe(0)
  const ordered = arrived.filter((line) => line.startsWith('kept.fifo'))
  const place = (line: string) => {
    const [, round, serial] = line.split(' ').map(Number)
    return (round ?? 0) * 1e6 + (serial ?? 0)
  }
  const firsts = [...new Set(ordered)]
  expect(firsts).toEqual(firsts.toSorted((a, b) => place(a) - place(b)))
  expect(await server.stop()).toBe(0)
})
