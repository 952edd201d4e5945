import type { ExtendedS3DestinationConfiguration } from '@aws-sdk/client-firehose'
import {
  CreateDeliveryStreamCommand,
  FirehoseClient,
  PutRecordBatchCommand,
} from '@aws-sdk/client-firehose'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { BadInputServer } from './bad-input.ts'

/** A bucket, the delivery streams into it, and what they left there. */
export async function createLake({ config, account }: BadInputServer) {
  const s3 = new S3Client({ ...config, forcePathStyle: true })
  const firehose = new FirehoseClient(config)
  const Bucket = `lake-${account}`
  const RoleARN = `arn:aws:iam::${account}:role/work`
  await s3.send(new CreateBucketCommand({ Bucket }))

  const put = (Key: string, Body: string | Uint8Array) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body }))

  async function textOf(Key: string): Promise<string> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
    return (await Body?.transformToString()) ?? ''
  }

  async function contents(Prefix: string): Promise<string> {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))
    const texts = Contents.map(({ Key = '' }) => textOf(Key))
    return (await Promise.all(texts)).join('')
  }

  /** The records that a delivery could not do, as they came, and why. */
  async function failedRecords(prefix: string): Promise<string[]> {
    const lines = (await contents(prefix)).split('\n').filter(Boolean)
    return lines
      .map((line) => JSON.parse(line))
      .map(({ errorCode, errorMessage, rawData }) =>
        [Buffer.from(rawData, 'base64'), errorCode, errorMessage].join(' '),
      )
      .sort()
  }

  function deliver(
    DeliveryStreamName: string,
    destination: Partial<ExtendedS3DestinationConfiguration>,
  ) {
    return firehose.send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName,
        ExtendedS3DestinationConfiguration: {
          RoleARN,
          BucketARN: `arn:aws:s3:::${Bucket}`,
          Prefix: `${DeliveryStreamName}/`,
          ErrorOutputPrefix: `${DeliveryStreamName}-errors/`,
          BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 1 },
          ...destination,
        },
      }),
    )
  }

  const send = (DeliveryStreamName: string, texts: ReadonlyArray<string>) =>
    firehose.send(
      new PutRecordBatchCommand({
        DeliveryStreamName,
        Records: texts.map((text) => ({ Data: Buffer.from(text) })),
      }),
    )

  return { s3, Bucket, RoleARN, put, textOf, contents, failedRecords, deliver, send }
}

export type Lake = Awaited<ReturnType<typeof createLake>>
