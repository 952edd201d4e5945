import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import type { Arena } from './contest.ts'
import { cpuSecondsOf } from './processes.ts'
import type { Row } from './results.ts'
import { percentile } from './results.ts'

const BUCKET = 'bench-events'
const QUEUE = 'bench-events'
const BODY = Buffer.alloc(4_096, 'x')
const DELAYS = 200
const DELAYS_WARM_UP = 30
const REST_MS = 10
/** What an event may take to a receiver that waits, when there is nothing else to do. */
const DELAY_MS_MAX = 20
const EVENTS = 2_000
const PUTS_AT_ONCE = 32
const RECEIVERS = 4

interface Clients {
  readonly s3: S3Client
  readonly sqs: SQSClient
  readonly QueueUrl: string
}

/** Objects put, their events received from a queue: the delay of one, and many at once. */
export async function benchEvents({ headrace }: Arena): Promise<Row[]> {
  const config = {
    endpoint: headrace.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  const s3 = new S3Client({ ...config, forcePathStyle: true })
  const sqs = new SQSClient(config)
  const clients = { s3, sqs, QueueUrl: await connect(s3, sqs) }
  const rows = [...(await benchDelay(clients)), ...(await benchFlow(clients, headrace.pid))]
  s3.destroy()
  sqs.destroy()
  return rows
}

/** Answers the URL of a queue that is told of every object of the bucket. */
async function connect(s3: S3Client, sqs: SQSClient): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: QUEUE }))
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  )
  const QueueArn = Attributes?.['QueueArn'] ?? ''
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: QueueArn,
      },
    ],
  })
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }))
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }))
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: BUCKET,
      NotificationConfiguration: {
        QueueConfigurations: [{ QueueArn, Events: ['s3:ObjectCreated:*'] }],
      },
    }),
  )
  return QueueUrl
}

/** From the call of PutObject to the answer of a long poll that waits for its event. */
async function benchDelay({ s3, sqs, QueueUrl }: Clients): Promise<Row[]> {
  const arrivals: number[] = []
  const acknowledgements: number[] = []
  for (let number = 0; number < DELAYS_WARM_UP + DELAYS; ) {
    const received = receive(sqs, QueueUrl, 20)
    // The poll is to wait when the event comes.
    await new Promise((resolve) => setTimeout(resolve, REST_MS))
    const calledAt = performance.now()
    const [arrivedMs, acknowledgedMs] = await Promise.all([
      received.then(({ text, arrivedAt }) => {
        // The first message of all is the test that S3 sends to the destination.
        return text.includes('s3:TestEvent') ? undefined : arrivedAt - calledAt
      }),
      s3
        .send(new PutObjectCommand({ Bucket: BUCKET, Key: `delay-${number}`, Body: BODY }))
        .then(() => performance.now() - calledAt),
    ])
    if (arrivedMs === undefined) {
      await receive(sqs, QueueUrl, 20)
      continue
    }
    number++
    if (number <= DELAYS_WARM_UP) continue
    arrivals.push(arrivedMs)
    acknowledgements.push(acknowledgedMs)
  }
  return [0.5, 0.99].map((part): Row => {
    return {
      what: `PutObject 4 KB to its event in SQS received, idle, p${part * 100}`,
      unit: 'ms',
      ours: percentile(arrivals, part),
      reference: percentile(acknowledgements, part),
      referenceIs: 'PutObject until it is answered, the same client',
      ...(part === 0.99 && { most: DELAY_MS_MAX }),
    }
  })
}

/** Answers the bodies of what was received, and since when, and removes it. */
async function receive(sqs: SQSClient, QueueUrl: string, WaitTimeSeconds: number) {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, MaxNumberOfMessages: 10 }),
  )
  const arrivedAt = performance.now()
  const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }))
  if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
  return { text: Messages.map(({ Body = '' }) => Body).join('\n'), arrivedAt }
}

/** Many objects at once, until the last event was received and removed. */
async function benchFlow({ s3, sqs, QueueUrl }: Clients, pid: number): Promise<Row[]> {
  const rounds = []
  for (let round = 0; round < 3; round++) {
    const cpuBefore = cpuSecondsOf(pid)
    const startedMs = performance.now()
    const left = Array.from({ length: EVENTS }, (_, number) => `flow-${round}-${number}`)
    const put = async () => {
      for (let Key = left.pop(); Key !== undefined; Key = left.pop()) {
        await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: BODY }))
      }
    }
    let received = 0
    const take = async () => {
      while (received < EVENTS) {
        const { text } = await receive(sqs, QueueUrl, 1)
        received += text.match(/"eventName"/g)?.length ?? 0
      }
    }
    const puts = Array.from({ length: PUTS_AT_ONCE }, put)
    await Promise.all([...puts, ...Array.from({ length: RECEIVERS }, take)])
    const seconds = (performance.now() - startedMs) / 1000
    rounds.push({ seconds, cpuSeconds: cpuSecondsOf(pid) - cpuBefore })
  }
  const cpuMs = (Math.min(...rounds.map(({ cpuSeconds }) => cpuSeconds)) / EVENTS) * 1000
  const least = Math.min(...rounds.map(({ seconds }) => seconds))
  return [
    {
      what: 'PutObject 4 KB, its event to SQS, received and removed',
      unit: 'ms CPU',
      ours: cpuMs,
      perSecond: { amount: EVENTS / least, of: 'events' },
      perCore: { amount: 1000 / cpuMs, of: 'events' },
    },
  ]
}
