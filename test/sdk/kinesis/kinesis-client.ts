import {
  CreateStreamCommand,
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordCommand,
} from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { expect } from 'vitest'
import type { ClientOptions } from '../../support/client.ts'
import { clientConfig, fileAccount } from '../../support/client.ts'

/** Over HTTP/1.1, as boto3 and the AWS CLI speak; `default-client.test.ts` uses HTTP/2. */
export function kinesisClient({ maxAttempts = 5, ...options }: KinesisClientOptions = {}) {
  const requestHandler = new NodeHttpHandler()
  return new KinesisClient({ ...clientConfig(options), requestHandler, maxAttempts })
}

interface KinesisClientOptions extends ClientOptions {
  /** A refusal for throughput is tried again, unless it is what a test looks for. */
  readonly maxAttempts?: number
}

let count = 0

/** A new ACTIVE stream with a name of its own. */
export async function newStream(
  kinesis: KinesisClient,
  input: Omit<ConstructorParameters<typeof CreateStreamCommand>[0], 'StreamName'> = {
    ShardCount: 1,
  },
): Promise<string> {
  const StreamName = `stream-${process.pid}-${count++}`
  await kinesis.send(new CreateStreamCommand({ ...input, StreamName }))
  await expect
    .poll(async () => (await describe(kinesis, StreamName)).StreamStatus, { timeout: 10_000 })
    .toBe('ACTIVE')
  return StreamName
}

export function streamArn(StreamName: string): string {
  return `arn:aws:kinesis:us-east-1:${fileAccount()}:stream/${StreamName}`
}

export async function describe(kinesis: KinesisClient, StreamName: string) {
  const { StreamDescription } = await kinesis.send(new DescribeStreamCommand({ StreamName }))
  if (!StreamDescription) throw new Error('no description')
  return StreamDescription
}

export function putText(
  kinesis: KinesisClient,
  StreamName: string,
  PartitionKey: string,
  text: string,
) {
  const Data = Buffer.from(text)
  return kinesis.send(new PutRecordCommand({ StreamName, PartitionKey, Data }))
}

export const text = (data: Uint8Array | undefined) => Buffer.from(data ?? '').toString()

/** All records of a shard from a start on, page by page until there is no more. */
export async function readShard(
  kinesis: KinesisClient,
  StreamName: string,
  ShardId = 'shardId-000000000000',
  start: Partial<ConstructorParameters<typeof GetShardIteratorCommand>[0]> = {},
) {
  const { ShardIterator: first } = await kinesis.send(
    new GetShardIteratorCommand({
      StreamName,
      ShardId,
      ShardIteratorType: 'TRIM_HORIZON',
      ...start,
    }),
  )
  const records = []
  for (let ShardIterator = first; ; ) {
    const page = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
    records.push(...(page.Records ?? []))
    if (page.MillisBehindLatest === 0 || !page.NextShardIterator) return { records, page }
    ShardIterator = page.NextShardIterator
  }
}
