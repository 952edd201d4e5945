import { randomInt } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Message } from '@aws-sdk/client-sqs'
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const ROUNDS = Number(process.env['HEADRACE_CRASH_ROUNDS'] ?? 20)
const KILL_AFTER_MS = { least: 100, most: 800 }
const SENDERS = 4
const RECEIVERS = 3
const VISIBILITY_SECONDS = 5
/** A removal that took longer may have been of a message that was received again meanwhile. */
const PROMPT_MS = 3_000

/** What happened to the messages of one queue, as far as it was acknowledged. */
interface QueueHistory {
  readonly name: string
  url: string
  readonly sent: Set<string>
  readonly removed: Set<string>
  /** Asked for and not answered: may be gone or not. */
  readonly doubtful: Set<string>
}

function sqsClient({ endpoint }: RunningHeadrace): SQSClient {
  return new SQSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
}

/** The queue's own address on the server that runs now. */
async function createQueue(sqs: SQSClient, QueueName: string, more: Record<string, string> = {}) {
  const Attributes = {
    VisibilityTimeout: String(VISIBILITY_SECONDS),
    ...(QueueName.endsWith('.fifo') && { FifoQueue: 'true' }),
    ...more,
  }
  return (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? ''
}

/** Sends batches until the server is gone. Each sender has a group of its own, and counts on. */
async function send(sqs: SQSClient, history: QueueHistory, group: string, round: number) {
  for (let serial = 0; ; serial++) {
    const bodies = Array.from({ length: randomInt(1, 6) }, (_, index) => {
      const place = [round, serial, index].map((part) => String(part).padStart(6, '0')).join('.')
      return `${group} ${place}`
    })
    const Entries = bodies.map((MessageBody, index) => ({
      ...{ Id: String(index), MessageBody },
      ...(history.name.endsWith('.fifo') && {
        MessageGroupId: group,
        MessageDeduplicationId: MessageBody.replaceAll(' ', '_'),
      }),
    }))
    try {
      await sqs.send(new SendMessageBatchCommand({ QueueUrl: history.url, Entries }))
    } catch {
      return
    }
    for (const body of bodies) history.sent.add(body)
  }
}

const receive = async (sqs: SQSClient, QueueUrl: string): Promise<ReadonlyArray<Message>> => {
  const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 })
  return (await sqs.send(command)).Messages ?? []
}

async function remove(sqs: SQSClient, history: QueueHistory, messages: ReadonlyArray<Message>) {
  const startedMs = performance.now()
  const bodies = messages.map(({ Body = '' }) => Body)
  for (const body of bodies) history.doubtful.add(body)
  const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }))
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: history.url, Entries }))
  if (performance.now() - startedMs > PROMPT_MS) return
  for (const body of bodies) {
    history.doubtful.delete(body)
    history.removed.add(body)
  }
}

/** Receives, and removes most of it, until the server is gone. */
async function work(sqs: SQSClient, history: QueueHistory): Promise<void> {
  for (;;) {
    try {
      const messages = await receive(sqs, history.url)
      expectFresh(history, messages)
      const some = messages.filter(() => randomInt(10) > 0)
      if (some.length > 0) await remove(sqs, history, some)
    } catch (error) {
      if (error instanceof Error && error.name === 'AssertionError') throw error
      return
    }
  }
}

function expectFresh({ removed, name }: QueueHistory, messages: ReadonlyArray<Message>): void {
  for (const { Body = '' } of messages) {
    expect(removed.has(Body), `${Body} of ${name} was removed and comes back`).toBe(false)
  }
}

/** All that is left, once; of a FIFO queue each group in the order of its sending. */
async function drain(sqs: SQSClient, history: QueueHistory): Promise<ReadonlyArray<string>> {
  const found: string[] = []
  let emptySinceMs = performance.now()
  while (performance.now() - emptySinceMs < (VISIBILITY_SECONDS + 1) * 1000) {
    const messages = await receive(sqs, history.url)
    if (messages.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      continue
    }
    emptySinceMs = performance.now()
    expectFresh(history, messages)
    found.push(...messages.map(({ Body = '' }) => Body))
    await remove(sqs, history, messages)
  }
  return found
}

function check(history: QueueHistory, before: QueueHistory, found: ReadonlyArray<string>): void {
  expect(new Set(found).size, 'each message is there once').toBe(found.length)
  for (const body of before.sent) {
    if (before.removed.has(body) || before.doubtful.has(body)) continue
    expect(found, `${body} of ${history.name} was acknowledged`).toContain(body)
  }
  if (!history.name.endsWith('.fifo')) return
  for (let sender = 0; sender < SENDERS; sender++) {
    const own = found.filter((body) => body.startsWith(`g${sender} `))
    expect(own, 'a group is in order').toEqual([...own].sort())
  }
}

test('no acknowledged message is lost, and none that was removed comes back', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'headrace-crash-'))
  const histories = ['orders', 'orders.fifo'].map(
    (name): QueueHistory => ({
      ...{ name, url: '' },
      ...{ sent: new Set(), removed: new Set(), doubtful: new Set() },
    }),
  )
  for (let round = 0; round < ROUNDS; round++) {
    const server = await startHeadrace({ dataDir, flags: ['--stream-limits', 'off'] })
    const sqs = sqsClient(server)
    for (const history of histories) history.url = await createQueue(sqs, history.name)
    const working = Promise.all(
      histories.flatMap((history) => [
        ...Array.from({ length: SENDERS }, (_, sender) => send(sqs, history, `g${sender}`, round)),
        ...Array.from({ length: RECEIVERS }, () => work(sqs, history)),
      ]),
    )
    const before = histories.map(({ sent }) => sent.size)
    await expect
      .poll(() => histories.every(({ sent }, index) => sent.size > (before[index] ?? 0)))
      .toBe(true)
    await new Promise((resolve) => {
      setTimeout(resolve, randomInt(KILL_AFTER_MS.least, KILL_AFTER_MS.most))
    })
    await server.kill()
    await working
    sqs.destroy()
  }
  const server = await startHeadrace({ dataDir, flags: ['--stream-limits', 'off'] })
  const sqs = sqsClient(server)
  for (const history of histories) {
    history.url = await createQueue(sqs, history.name)
    const { sent, removed, doubtful } = history
    const before = { ...history, removed: new Set(removed), doubtful: new Set(doubtful) }
    check(history, before, await drain(sqs, history))
    expect(sent.size).toBeGreaterThan(0)
    expect(removed.size).toBeGreaterThan(0)
  }
  expect(await server.stop()).toBe(0)
})

test('messages that are being moved are moved once, however often the server is killed', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'headrace-crash-'))
  const arnOf = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`
  const messages = Array.from({ length: 400 }, (_, index) => `m${index}`)
  const SourceArn = arnOf('dead')
  let server = await startHeadrace({ dataDir })
  let sqs = sqsClient(server)
  const dead = await createQueue(sqs, 'dead')
  await createQueue(sqs, 'source', {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: SourceArn, maxReceiveCount: 1 }),
  })
  for (let at = 0; at < messages.length; at += 10) {
    const Entries = messages.slice(at, at + 10).map((Id) => ({ Id, MessageBody: Id }))
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: dead, Entries }))
  }
  const MaxNumberOfMessagesPerSecond = 150
  await sqs.send(
    new StartMessageMoveTaskCommand({
      ...{ SourceArn, DestinationArn: arnOf('source'), MaxNumberOfMessagesPerSecond },
    }),
  )
  for (let kill = 0; kill < 3; kill++) {
    await new Promise((resolve) => setTimeout(resolve, randomInt(100, 600)))
    await server.kill()
    server = await startHeadrace({ dataDir })
    sqs = sqsClient(server)
  }
  const task = async () =>
    (await sqs.send(new ListMessageMoveTasksCommand({ SourceArn }))).Results?.[0]
  await expect.poll(async () => (await task())?.Status, { timeout: 60_000 }).toBe('COMPLETED')
  expect(await task()).toMatchObject({ ApproximateNumberOfMessagesMoved: messages.length })
  const history = {
    ...{ name: 'source', url: dead.replace(/\/dead$/, '/source') },
    ...{ sent: new Set(messages), removed: new Set<string>(), doubtful: new Set<string>() },
  }
  expect([...(await drain(sqs, history))].sort()).toEqual([...messages].sort())
  expect(await receive(sqs, dead)).toEqual([])
  expect(await server.stop()).toBe(0)
})
