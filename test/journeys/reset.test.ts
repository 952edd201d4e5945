import { spawn } from 'node:child_process'
import {
  CreateDeliveryStreamCommand,
  FirehoseClient,
  ListDeliveryStreamsCommand,
} from '@aws-sdk/client-firehose'
import { CreateDatabaseCommand, GetDatabasesCommand, GlueClient } from '@aws-sdk/client-glue'
import {
  CreateStreamCommand,
  KinesisClient,
  ListStreamsCommand,
  PutRecordCommand,
} from '@aws-sdk/client-kinesis'
import {
  CreateBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

function session({ endpoint }: RunningHeadrace, accessKeyId: string) {
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'test' },
  }
  const kinesis = new KinesisClient(config)
  const s3 = new S3Client({ ...config, forcePathStyle: true })
  const glue = new GlueClient(config)
  const firehose = new FirehoseClient(config)
  return {
    async fill() {
      const Bucket = `bucket-${accessKeyId}`
      await kinesis.send(new CreateStreamCommand({ StreamName: 'clicks', ShardCount: 1 }))
      await expect
        .poll(() =>
          kinesis
            .send(
              new PutRecordCommand({
                StreamName: 'clicks',
                PartitionKey: 'a',
                Data: Buffer.from('x'),
              }),
            )
            .then(
              () => true,
              () => false,
            ),
        )
        .toBe(true)
      await s3.send(new CreateBucketCommand({ Bucket }))
      await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x'.repeat(100_000) }))
      await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'web' } }))
      await firehose.send(
        new CreateDeliveryStreamCommand({
          DeliveryStreamName: 'clicks',
          ExtendedS3DestinationConfiguration: {
            RoleARN: 'arn:aws:iam::000000000000:role/any',
            BucketARN: `arn:aws:s3:::${Bucket}`,
          },
        }),
      )
    },
    async count() {
      const [streams, buckets, databases, deliveries] = await Promise.all([
        kinesis.send(new ListStreamsCommand({})),
        s3.send(new ListBucketsCommand({})),
        glue.send(new GetDatabasesCommand({})),
        firehose.send(new ListDeliveryStreamsCommand({})),
      ])
      return [
        streams.StreamNames?.length,
        buckets.Buckets?.length,
        databases.DatabaseList?.length,
        deliveries.DeliveryStreamNames?.length,
      ]
    },
  }
}

const FULL = [1, 1, 1, 1]
const EMPTY = [0, 0, 0, 0]

test('a reset empties the account of its caller, or all of them, and they can be filled again', async () => {
  const server = await startHeadrace()
  const one = session(server, '111111111111')
  const other = session(server, '222222222222')
  await one.fill()
  await other.fill()
  const reset = (...flags: string[]) =>
    new Promise<string>((resolve) => {
      const args = ['dist/headrace.js', 'reset', '--yes', '--endpoint', server.endpoint, ...flags]
      const keys = { AWS_ACCESS_KEY_ID: '111111111111', AWS_SECRET_ACCESS_KEY: 'test' }
      const child = spawn(process.execPath, args, { env: { ...process.env, ...keys } })
      let output = ''
      child.stdout.on('data', (chunk) => {
        output += chunk
      })
      child.stderr.on('data', (chunk) => {
        output += chunk
      })
      child.on('close', () => resolve(output))
    })
  expect(await reset()).toMatch(/Removed everything of your account/)
  expect(await one.count()).toEqual(EMPTY)
  expect(await other.count()).toEqual(FULL)
  await one.fill()
  expect(await one.count()).toEqual(FULL)
  expect(await reset('--everything')).toMatch(/Removed everything of all accounts/)
  expect(await one.count()).toEqual(EMPTY)
  expect(await other.count()).toEqual(EMPTY)
  expect(await server.stop()).toBe(0)
})
