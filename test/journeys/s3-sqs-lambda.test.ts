import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda'
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { startHeadrace } from '../support/headrace.ts'

const account = '000000000000'
const queueArn = `arn:aws:sqs:us-east-1:${account}:uploads`
const SOURCE = `import { appendFileSync } from 'node:fs'
export const handler = async ({ Records }) => {
  for (const { body } of Records) {
    for (const { s3 } of JSON.parse(body).Records ?? []) {
      appendFileSync(process.env.SINK, s3.object.key + '\\n')
    }
  }
}`

const clientsOf = (endpoint: string) => {
  const credentials = { accessKeyId: account, secretAccessKey: 'test' }
  const config = { endpoint, region: 'us-east-1', credentials }
  return {
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sqs: new SQSClient(config),
    lambda: new LambdaClient(config),
  }
}

test('every object that is put reaches the function by the queue, over a kill of the server', async () => {
  const sink = join(mkdtempSync(join(tmpdir(), 'headrace-sink-')), 'keys')
  let server = await startHeadrace()
  let { s3, sqs, lambda } = clientsOf(server.endpoint)
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
      },
    ],
  })
  const Attributes = { VisibilityTimeout: '4', Policy }
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'uploads', Attributes }))
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'index',
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Role: `arn:aws:iam::${account}:role/f`,
      Environment: { Variables: { SINK: sink } },
      Code: { ZipFile: Buffer.from(zipSync({ 'index.mjs': new TextEncoder().encode(SOURCE) })) },
    }),
  )
  await lambda.send(
    new CreateEventSourceMappingCommand({ FunctionName: 'index', EventSourceArn: queueArn }),
  )
  const Bucket = 'uploads'
  await s3.send(new CreateBucketCommand({ Bucket }))
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: {
        QueueConfigurations: [{ QueueArn: queueArn, Events: ['s3:ObjectCreated:*'] }],
      },
    }),
  )
  const keys = Array.from({ length: 40 }, (_, index) => `key-${index}`)
  const put = (some: ReadonlyArray<string>) =>
    Promise.all(some.map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }))))
  await put(keys.slice(0, 20))
  await server.kill()
  server = await startHeadrace({ dataDir: server.dataDir })
  ;({ s3, sqs, lambda } = clientsOf(server.endpoint))
  await put(keys.slice(20))
  const seen = () => new Set(readFileSync(sink, 'utf8').trim().split('\n'))
  await expect.poll(() => [...seen()].sort(), { timeout: 60_000 }).toEqual([...keys].sort())
  const left = async () => {
    const AttributeNames = ['All'] as const
    const answer = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
    )
    const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } =
      answer.Attributes ?? {}
    return [ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible]
  }
  await expect.poll(left, { timeout: 30_000 }).toEqual(['0', '0'])
  expect(await server.stop()).toBe(0)
})
