import {
  AddPermissionCommand,
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionEventInvokeConfigCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionEventInvokeConfigsCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { clientConfig, fileAccount } from '../../support/client.ts'
import { createFunction } from './functions-for-tests.ts'

const lambda = new LambdaClient({ ...clientConfig(), maxAttempts: 1 })
const s3 = new S3Client({ ...clientConfig(), forcePathStyle: true })
const arnOf = (name: string) => `arn:aws:lambda:us-east-1:${fileAccount()}:function:${name}`

async function makeBucket(name: string): Promise<string> {
  const Bucket = `${name}-${fileAccount()}`
  await s3.send(new CreateBucketCommand({ Bucket }))
  return Bucket
}

async function documentsIn(Bucket: string, Prefix = '') {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))
  return Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
      return JSON.parse((await Body?.transformToString()) ?? '')
    }),
  )
}

test('an event that fails goes to the bucket of its function, one that succeeds to the next function', async () => {
  const Bucket = await makeBucket('failures')
  await createFunction(
    'worker',
    `export const handler = async ({ bad }) => { if (bad) throw new Error('bad'); return 'done' }`,
  )
  await createFunction(
    'next',
    `export const handler = async (record) => { throw new Error(record.responsePayload) }`,
  )
  const configure = (FunctionName: string, DestinationConfig: object) =>
    lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName,
        MaximumRetryAttempts: 0,
        DestinationConfig,
      }),
    )
  const OnFailure = { Destination: `arn:aws:s3:::${Bucket}` }
  await configure('worker', { OnFailure, OnSuccess: { Destination: arnOf('next') } })
  await configure('next', { OnFailure })
  for (const bad of [true, false]) {
    const { StatusCode } = await lambda.send(
      new InvokeCommand({
        FunctionName: 'worker',
        InvocationType: 'Event',
        Payload: Buffer.from(JSON.stringify({ bad })),
      }),
    )
    expect(StatusCode).toBe(202)
  }
  await expect.poll(async () => (await documentsIn(Bucket)).length, { timeout: 15_000 }).toBe(2)
  expect(await documentsIn(Bucket, 'aws/lambda/async/worker/')).toMatchObject([
    {
      requestContext: { functionArn: `${arnOf('worker')}:$LATEST`, condition: 'RetriesExhausted' },
      requestPayload: { bad: true },
      responsePayload: { errorMessage: 'bad' },
    },
  ])
  expect(await documentsIn(Bucket, 'aws/lambda/async/next/')).toMatchObject([
    {
      requestPayload: { requestContext: { condition: 'Success' }, responsePayload: 'done' },
      responsePayload: { errorMessage: 'done' },
    },
  ])
})

test('the configuration of events is kept, changed, listed and deleted', async () => {
  await createFunction('configured', 'export const handler = async () => 1')
  const FunctionName = 'configured'
  const put = (more: object) =>
    lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, ...more }))
  const get = () => lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }))
  await expect(get()).rejects.toThrow(
    `The function ${arnOf('configured')}:$LATEST doesn't have an EventInvokeConfig`,
  )
  await expect(put({})).rejects.toThrow(/You must specify at least one of/)
  await put({ MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60 })
  await lambda.send(
    new UpdateFunctionEventInvokeConfigCommand({ FunctionName, MaximumEventAgeInSeconds: 61 }),
  )
  expect(await get()).toMatchObject({ MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 61 })
  const { FunctionEventInvokeConfigs } = await lambda.send(
    new ListFunctionEventInvokeConfigsCommand({ FunctionName }),
  )
  expect(FunctionEventInvokeConfigs).toHaveLength(1)
  const destination = (Destination: string) =>
    put({ DestinationConfig: { OnFailure: { Destination } } })
  await expect(destination(arnOf('configured'))).rejects.toThrow(/as a destination for itself/)
  await expect(destination(arnOf('absent'))).rejects.toThrow(
    `The destination ARN ${arnOf('absent')} is invalid.`,
  )
  const absent = `arn:aws:sqs:us-east-1:${fileAccount()}:absent`
  await expect(destination(absent)).rejects.toThrow(`The destination ARN ${absent} is invalid.`)
  await expect(destination('arn:aws:iam::000000000000:role/r')).rejects.toThrow(
    /arn:aws:iam\S+ is not supported by Headrace yet/,
  )
  await lambda.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName }))
  await expect(get()).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

test('a bucket tells a function that allows it of each new object', async () => {
  const Bucket = await makeBucket('source')
  const results = await makeBucket('results')
  await createFunction(
    'seen',
    `export const handler = async (event) => { throw new Error(event.Records[0].s3.object.key) }`,
  )
  await lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: 'seen',
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: `arn:aws:s3:::${results}` } },
    }),
  )
  const notify = () =>
    s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: {
          LambdaFunctionConfigurations: [
            { LambdaFunctionArn: arnOf('seen'), Events: ['s3:ObjectCreated:*'] },
          ],
        },
      }),
    )
  await expect(notify()).rejects.toMatchObject({ name: 'InvalidArgument' })
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: 'seen',
      StatementId: 's3',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      SourceArn: `arn:aws:s3:::${Bucket}`,
    }),
  )
  await notify()
  await s3.send(new PutObjectCommand({ Bucket, Key: 'new/object', Body: 'x' }))
  await expect
    .poll(
      async () => (await documentsIn(results)).map((record) => record.responsePayload.errorMessage),
      { timeout: 15_000 },
    )
    .toEqual(['new/object'])
})
