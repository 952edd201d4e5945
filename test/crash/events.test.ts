import { randomInt } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateArchiveCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge'
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const ROUNDS = Number(process.env['HEADRACE_CRASH_ROUNDS'] ?? 20)
const KILL_AFTER_MS = { least: 200, most: 1_200 }
const WRITERS = 6
const ACCOUNT = '000000000000'
const Bucket = 'told'
/** Of notifications; of a rule for the bucket's events; of a rule for events that are put. */
const QUEUES = ['noticed', 'ruled', 'put'] as const
const SIZES = [10, 40_000, 300_000]
const busArn = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`
const queueArn = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`

function clients({ endpoint }: RunningHeadrace) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const config = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
  return {
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sqs: new SQSClient(config),
    events: new EventBridgeClient(config),
    endpoint,
  }
}

type Clients = ReturnType<typeof clients>

async function setUp({ s3, sqs, events }: Clients): Promise<void> {
  const allow = { Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' }
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [allow] })
  for (const QueueName of QUEUES) {
    await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { Policy } }))
  }
  await s3.send(new CreateBucketCommand({ Bucket }))
  const Events = ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] as const
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: {
        QueueConfigurations: [{ QueueArn: queueArn('noticed'), Events: [...Events] }],
        EventBridgeConfiguration: {},
      },
    }),
  )
  for (const [source, name] of [
    ['aws.s3', 'ruled'],
    ['shop', 'put'],
  ] as const) {
    const EventPattern = JSON.stringify({ source: [source] })
    await events.send(new PutRuleCommand({ Name: name, EventPattern }))
    const Targets = [{ Id: 'queue', Arn: queueArn(name) }]
    await events.send(new PutTargetsCommand({ Rule: name, Targets }))
  }
  const archive = { ArchiveName: 'shop', EventSourceArn: busArn }
  const EventPattern = '{"source":["shop"]}'
  await events.send(new CreateArchiveCommand({ ...archive, EventPattern }))
}

/** What happened, in the words in which a queue tells of it. */
interface Acknowledged {
  readonly changes: string[]
  readonly eventIds: string[]
}

async function writeObject({ s3 }: Clients, Key: string): Promise<void> {
  const Body = Buffer.alloc(SIZES[randomInt(SIZES.length)] ?? 10, Key)
  const target = { Bucket, Key }
  if (randomInt(4) > 0) {
    await s3.send(new PutObjectCommand({ ...target, Body }))
    return
  }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target))
  const part = { ...target, UploadId, PartNumber: 1 }
  const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body }))
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] }
  await s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload }))
}

/** Makes, overwrites and removes objects until the server is gone. */
async function work(all: Clients, writer: string, { changes }: Acknowledged): Promise<void> {
  for (let serial = 0; ; serial++) {
    const key = `${writer}-${serial}`
    try {
      await writeObject(all, key)
      changes.push(`created ${key}`)
      if (randomInt(3) > 0) continue
      await all.s3.send(new DeleteObjectCommand({ Bucket, Key: key }))
      changes.push(`removed ${key}`)
    } catch {
      return
    }
  }
}

async function putEvents({ events }: Clients, { eventIds }: Acknowledged): Promise<void> {
  const entry = { Source: 'shop', DetailType: 'order', Detail: '{"n":1}' }
  for (;;) {
    try {
      const { Entries = [] } = await events.send(new PutEventsCommand({ Entries: [entry, entry] }))
      eventIds.push(...Entries.map(({ EventId = '' }) => EventId))
    } catch {
      return
    }
  }
}

interface Told {
  readonly name: string
  readonly sequencer: string
}

interface Message {
  readonly id?: string
  readonly 'detail-type'?: string
  readonly 'replay-name'?: string
  readonly detail?: { readonly object?: { readonly key: string; readonly sequencer: string } }
  readonly Records?: ReadonlyArray<{
    readonly eventName: string
    readonly s3: { readonly object: { readonly key: string; readonly sequencer: string } }
  }>
}

function read(body: string): ReadonlyArray<Told> {
  const { Records, id = '', detail, ...message } = JSON.parse(body) as Message
  if (Records) {
    return Records.map(({ eventName, s3: { object } }) => {
      const what = eventName.startsWith('ObjectCreated') ? 'created' : 'removed'
      return { name: `${what} ${object.key}`, sequencer: object.sequencer }
    })
  }
  if (!detail?.object) return [{ name: `${message['replay-name'] ?? ''}${id}`, sequencer: '' }]
  const what = message['detail-type'] === 'Object Created' ? 'created' : 'removed'
  return [{ name: `${what} ${detail.object.key}`, sequencer: detail.object.sequencer }]
}

/** Takes what is in a queue, by what it tells of. */
async function drain({ sqs, endpoint }: Clients, name: string, told: Map<string, string>) {
  const QueueUrl = `${endpoint}/${ACCOUNT}/${name}`
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 2 }),
    )
    if (Messages.length === 0) return
    for (const { Body = '{}' } of Messages) {
      if (Body.includes('s3:TestEvent')) continue
      for (const one of read(Body)) told.set(one.name, one.sequencer)
    }
    const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }))
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
  }
}

async function keysIn({ s3 }: Clients): Promise<ReadonlyArray<string>> {
  const keys: string[] = []
  let ContinuationToken: string | undefined
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken }))
    keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key))
    ContinuationToken = page.NextContinuationToken
  } while (ContinuationToken)
  return keys
}

/** All that happened is told of, by notifications and by the rule, and nothing that did not. */
async function expectTold(
  all: Clients,
  { changes }: Acknowledged,
  told: ReadonlyMap<string, string>,
): Promise<void> {
  const there = await keysIn(all)
  for (const change of [...changes, ...there.map((key) => `created ${key}`)]) {
    expect(told.has(change), `${change} is told of`).toBe(true)
  }
  const isThere = new Set(there)
  for (const [name, sequencer] of told) {
    const [what, key = ''] = name.split(' ')
    const isGone = told.has(`removed ${key}`)
    expect(isThere.has(key) !== isGone, `${name}: the object shows it`).toBe(true)
    if (what !== 'removed') continue
    expect(sequencer > (told.get(`created ${key}`) ?? ''), `${key} is in order`).toBe(true)
  }
}

/** The archive has each event once, and gives each back. */
async function expectArchived(all: Clients, ids: ReadonlySet<string>): Promise<void> {
  const { events } = all
  const archived = await events.send(new DescribeArchiveCommand({ ArchiveName: 'shop' }))
  expect(archived.EventCount).toBe(ids.size)
  const ReplayName = 'again-'
  await events.send(
    new StartReplayCommand({
      ...{ ReplayName, EventStartTime: new Date(0), EventEndTime: new Date() },
      EventSourceArn: archived.ArchiveArn,
      Destination: { Arn: busArn },
    }),
  )
  const stateOf = () => events.send(new DescribeReplayCommand({ ReplayName }))
  await expect
    .poll(async () => (await stateOf()).State, { timeout: 30_000, interval: 200 })
    .toBe('COMPLETED')
  const again = new Map<string, string>()
  const missing = async () => {
    await drain(all, 'put', again)
    return [...ids].filter((id) => !again.has(ReplayName + id)).length
  }
  await expect.poll(missing, { timeout: 60_000, interval: 200 }).toBe(0)
}

test('every acknowledged change and event is told of, whenever the server is killed', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'headrace-crash-'))
  const acknowledged: Acknowledged = { changes: [], eventIds: [] }
  const told = { noticed: new Map(), ruled: new Map(), put: new Map<string, string>() }
  for (let round = 0; round < ROUNDS; round++) {
    const server = await startHeadrace({ dataDir })
    const all = clients(server)
    if (round === 0) await setUp(all)
    const working = [
      ...Array.from({ length: WRITERS }, (_, at) => work(all, `r${round}w${at}`, acknowledged)),
      putEvents(all, acknowledged),
      ...QUEUES.map((name) => drain(all, name, told[name]).catch(() => undefined)),
    ]
    await new Promise((resolve) => {
      setTimeout(resolve, randomInt(KILL_AFTER_MS.least, KILL_AFTER_MS.most))
    })
    await server.kill()
    await Promise.all(working)
  }
  expect(acknowledged.changes.length).toBeGreaterThan(ROUNDS)
  expect(acknowledged.eventIds.length).toBeGreaterThan(ROUNDS)

  const server = await startHeadrace({ dataDir })
  const all = clients(server)
  const missing = async () => {
    for (const name of QUEUES) await drain(all, name, told[name])
    const { changes, eventIds } = acknowledged
    return [
      ...changes.filter((change) => !told.noticed.has(change)),
      ...changes.filter((change) => !told.ruled.has(change)),
      ...eventIds.filter((id) => !told.put.has(id)),
    ].length
  }
  await expect.poll(missing, { timeout: 60_000, interval: 200 }).toBe(0)
  // Messages that were received before a crash come again when they are visible again.
  let [before, now] = [-1, 0]
  while (before < now) {
    before = now
    await new Promise((resolve) => {
      setTimeout(resolve, 3_000)
    })
    await missing()
    now = told.noticed.size + told.ruled.size + told.put.size
  }
  await expectTold(all, acknowledged, told.noticed)
  await expectTold(all, acknowledged, told.ruled)
  await expectArchived(all, new Set(told.put.keys()))
  expect(await server.stop()).toBe(0)
}, 600_000)
