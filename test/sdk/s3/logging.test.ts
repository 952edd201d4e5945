import {
  CreateBucketCommand,
  GetBucketLoggingCommand,
  PutBucketLoggingCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { newAccount } from '../../support/client.ts'
import { bucketName, errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()

function enable(Bucket: string, LoggingEnabled: object) {
  const enabled = { TargetBucket: '', TargetPrefix: 'log/', ...LoggingEnabled }
  return s3.send(
    new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled: enabled } }),
  )
}

test('logging comes back as it was given, until it is switched off', async () => {
  const Bucket = await newBucket()
  const TargetBucket = await newBucket()
  const get = async () => (await s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled
  expect(await get()).toBeUndefined()
  await enable(Bucket, { TargetBucket })
  expect(await get()).toEqual({ TargetBucket, TargetPrefix: 'log/' })
  const TargetObjectKeyFormat = { PartitionedPrefix: { PartitionDateSource: 'DeliveryTime' } }
  await enable(Bucket, { TargetBucket, TargetObjectKeyFormat })
  expect(await get()).toEqual({ TargetBucket, TargetPrefix: 'log/', TargetObjectKeyFormat })
  await s3.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: {} }))
  expect(await get()).toBeUndefined()
})

test('a target that cannot take logs is refused', async () => {
  const Bucket = await newBucket()
  expect(await errorOf(enable(Bucket, { TargetBucket: bucketName() }))).toMatchObject({
    name: 'InvalidTargetBucketForLogging',
    message: 'The target bucket for logging does not exist',
  })
  const strange = await newBucket(s3Client({ account: newAccount() }))
  expect((await errorOf(enable(Bucket, { TargetBucket: strange }))).name).toBe(
    'InvalidTargetBucketForLogging',
  )
  const far = s3Client({ region: 'eu-west-1' })
  const TargetBucket = bucketName()
  await far.send(
    new CreateBucketCommand({
      Bucket: TargetBucket,
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
    }),
  )
  expect((await errorOf(enable(Bucket, { TargetBucket }))).name).toBe(
    'CrossLocationLoggingProhibitted',
  )
  const TargetGrants = [{ Grantee: { Type: 'Group', URI: 'x' }, Permission: 'READ' }]
  const granted = enable(Bucket, { TargetBucket: Bucket, TargetGrants })
  expect((await errorOf(granted)).name).toBe('NotImplemented')
})
