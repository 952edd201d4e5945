import {
  CreateDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  FirehoseClient,
} from '@aws-sdk/client-firehose'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { PublishCommand, SubscribeCommand } from '@aws-sdk/client-sns'
import { expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'
import { newTopic, sns } from './support.ts'

const subscribe = (TopicArn: string, Protocol: string, Endpoint: string, more = {}) =>
  sns().send(
    new SubscribeCommand({
      ...{ TopicArn, Protocol, Endpoint },
      Attributes: { RawMessageDelivery: 'true', ...more },
    }),
  )

test('a delivery stream that is subscribed keeps each message as a line of its bucket', async () => {
  const s3 = client(S3Client, { forcePathStyle: true } as object)
  const firehose = client(FirehoseClient)
  const Bucket = `topics-${fileAccount()}`
  const DeliveryStreamName = 'of-topic'
  await s3.send(new CreateBucketCommand({ Bucket }))
  const RoleARN = `arn:aws:iam::${fileAccount()}:role/firehose`
  const { DeliveryStreamARN = '' } = await firehose.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName,
      ExtendedS3DestinationConfiguration: {
        ...{ RoleARN, BucketARN: `arn:aws:s3:::${Bucket}` },
        BufferingHints: { IntervalInSeconds: 0, SizeInMBs: 1 },
      },
    }),
  )
  const status = async () => {
    const answer = await firehose.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName }))
    return answer.DeliveryStreamDescription?.DeliveryStreamStatus
  }
  await expect.poll(status, { timeout: 10_000 }).toBe('ACTIVE')
  const TopicArn = await newTopic('to-stream')
  await subscribe(TopicArn, 'firehose', DeliveryStreamARN, { SubscriptionRoleArn: RoleARN })
  await sns().send(new PublishCommand({ TopicArn, Message: 'one' }))
  await sns().send(new PublishCommand({ TopicArn, Message: 'two' }))
  const lines = async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }))
    const texts = Contents.map(async ({ Key }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
      return (await Body?.transformToString()) ?? ''
    })
    return (await Promise.all(texts)).join('').split('\n').filter(Boolean).sort()
  }
  await expect.poll(lines, { timeout: 30_000 }).toEqual(['one', 'two'])
})
