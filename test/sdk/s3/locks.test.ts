import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { bucketName, errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()
const HOUR_MS = 3_600_000
const later = (hours: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + hours * HOUR_MS)
const isProtected = {
  name: 'AccessDenied',
  message: 'Access Denied because object protected by object lock.',
  $metadata: { httpStatusCode: 403 },
}

async function lockedBucket(): Promise<string> {
  const Bucket = bucketName()
  await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }))
  return Bucket
}

async function put(Bucket: string, more: object = {}): Promise<string> {
  const request = { Bucket, Key: 'k', Body: 'x', ...more }
  return (await s3.send(new PutObjectCommand(request))).VersionId ?? ''
}

const removal = (Bucket: string, VersionId: string, BypassGovernanceRetention?: boolean) =>
  s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId, BypassGovernanceRetention }))

const retaining = (
  Bucket: string,
  VersionId: string,
  Retention: PutObjectRetentionCommand['input']['Retention'],
  BypassGovernanceRetention?: boolean,
) =>
  s3.send(
    new PutObjectRetentionCommand({
      Bucket,
      Key: 'k',
      VersionId,
      Retention,
      BypassGovernanceRetention,
    }),
  )

test('a bucket with Object Lock has versions for good', async () => {
  const Bucket = await lockedBucket()
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled')
  expect(await s3.send(new GetObjectLockConfigurationCommand({ Bucket }))).toMatchObject({
    ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' },
  })
  const VersioningConfiguration = { Status: 'Suspended' as const }
  const suspend = s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
  expect(await errorOf(suspend)).toMatchObject({
    name: 'InvalidBucketState',
    $metadata: { httpStatusCode: 409 },
  })
})

test('a bucket with versions can be given Object Lock, one without cannot', async () => {
  const Bucket = await newBucket(s3)
  const lock = (more: object = {}) =>
    s3.send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', ...more },
      }),
    )
  expect((await errorOf(lock())).name).toBe('InvalidBucketState')
  const VersioningConfiguration = { Status: 'Enabled' as const }
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
  const Rule = { DefaultRetention: { Mode: 'GOVERNANCE' as const, Days: 2 } }
  await lock({ Rule })
  const { ObjectLockConfiguration } = await s3.send(
    new GetObjectLockConfigurationCommand({ Bucket }),
  )
  expect(ObjectLockConfiguration).toEqual({ ObjectLockEnabled: 'Enabled', Rule })
  const both = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 2, Years: 1 } }
  expect((await errorOf(lock({ Rule: both }))).name).toBe('MalformedXML')
  const none = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 0 } }
  expect((await errorOf(lock({ Rule: none }))).name).toBe('InvalidArgument')
})

test('what is written into a bucket without Object Lock cannot be locked', async () => {
  const Bucket = await newBucket(s3)
  await put(Bucket)
  const missing = {
    name: 'InvalidRequest',
    message: 'Bucket is missing Object Lock Configuration',
  }
  const until = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: later(1) }
  expect(await errorOf(put(Bucket, until))).toMatchObject(missing)
  expect(await errorOf(put(Bucket, { ObjectLockLegalHoldStatus: 'ON' }))).toMatchObject(missing)
  const hold = { Bucket, Key: 'k', LegalHold: { Status: 'ON' as const } }
  expect(await errorOf(s3.send(new PutObjectLegalHoldCommand(hold)))).toMatchObject(missing)
  const get = new GetObjectRetentionCommand({ Bucket, Key: 'k' })
  expect(await errorOf(s3.send(get))).toMatchObject(missing)
  const bypass = new DeleteObjectCommand({ Bucket, Key: 'k', BypassGovernanceRetention: true })
  expect(await errorOf(s3.send(bypass))).toMatchObject({
    name: 'InvalidArgument',
    message: 'x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.',
  })
})

test('governance holds until it is bypassed; the object can be overwritten and marked all the same', async () => {
  const Bucket = await lockedBucket()
  const until = later(1)
  const lock = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: until }
  const VersionId = await put(Bucket, lock)
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))
  expect(head).toMatchObject(lock)
  await put(Bucket)
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
  expect(await errorOf(removal(Bucket, VersionId))).toMatchObject(isProtected)
  const { Errors } = await s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k', VersionId }] } }),
  )
  expect(Errors).toMatchObject([{ Key: 'k', VersionId, Code: 'AccessDenied' }])
  const longer = { Mode: 'GOVERNANCE' as const, RetainUntilDate: later(2) }
  await retaining(Bucket, VersionId, longer)
  const get = new GetObjectRetentionCommand({ Bucket, Key: 'k', VersionId })
  expect((await s3.send(get)).Retention).toEqual(longer)
  const shorter = { Mode: 'GOVERNANCE' as const, RetainUntilDate: later(1) }
  expect(await errorOf(retaining(Bucket, VersionId, shorter))).toMatchObject(isProtected)
  expect(await errorOf(retaining(Bucket, VersionId, {}))).toMatchObject(isProtected)
  const compliance = { Mode: 'COMPLIANCE' as const, RetainUntilDate: later(3) }
  expect(await errorOf(retaining(Bucket, VersionId, compliance))).toMatchObject(isProtected)
  await retaining(Bucket, VersionId, shorter, true)
  await removal(Bucket, VersionId, true)
  expect((await errorOf(s3.send(get))).name).toBe('NoSuchVersion')
})

test('compliance is never shortened, not even with the bypass', async () => {
  const Bucket = await lockedBucket()
  const VersionId = await put(Bucket)
  const get = new GetObjectRetentionCommand({ Bucket, Key: 'k' })
  expect(await errorOf(s3.send(get))).toMatchObject({
    name: 'NoSuchObjectLockConfiguration',
    message: 'The specified object does not have a ObjectLock configuration',
  })
  const Mode = 'COMPLIANCE' as const
  await retaining(Bucket, VersionId, { Mode, RetainUntilDate: later(2) })
  for (const Retention of [{ Mode, RetainUntilDate: later(1) }, {}]) {
    expect(await errorOf(retaining(Bucket, VersionId, Retention, true))).toMatchObject(isProtected)
  }
  expect(await errorOf(removal(Bucket, VersionId, true))).toMatchObject(isProtected)
  await retaining(Bucket, VersionId, { Mode, RetainUntilDate: later(3) })
  const past = { Mode, RetainUntilDate: new Date(0) }
  expect(await errorOf(retaining(Bucket, VersionId, past))).toMatchObject({
    name: 'InvalidArgument',
    message: 'The retain until date must be in the future!',
  })
  expect((await errorOf(retaining(Bucket, VersionId, { Mode }))).name).toBe('MalformedXML')
})

test('a lock ends with its time', async () => {
  const Bucket = await lockedBucket()
  const soon = new Date(Date.now() + 2_500)
  const lock = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: soon }
  const VersionId = await put(Bucket, lock)
  expect(await errorOf(removal(Bucket, VersionId))).toMatchObject(isProtected)
  await expect
    .poll(() =>
      removal(Bucket, VersionId).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
})

test('a legal hold holds whatever the retention says, until it is taken off', async () => {
  const Bucket = await lockedBucket()
  const VersionId = await put(Bucket)
  const named = { Bucket, Key: 'k', VersionId }
  const get = new GetObjectLegalHoldCommand(named)
  expect((await errorOf(s3.send(get))).name).toBe('NoSuchObjectLockConfiguration')
  const hold = (Status: 'ON' | 'OFF') =>
    s3.send(new PutObjectLegalHoldCommand({ ...named, LegalHold: { Status } }))
  await hold('ON')
  expect((await s3.send(get)).LegalHold).toEqual({ Status: 'ON' })
  expect((await s3.send(new HeadObjectCommand(named))).ObjectLockLegalHoldStatus).toBe('ON')
  expect(await errorOf(removal(Bucket, VersionId, true))).toMatchObject(isProtected)
  await hold('OFF')
  expect((await s3.send(get)).LegalHold).toEqual({ Status: 'OFF' })
  await removal(Bucket, VersionId)
})

test('versions get the default retention of their bucket, unless they say their own', async () => {
  const Bucket = await lockedBucket()
  const Rule = { DefaultRetention: { Mode: 'COMPLIANCE' as const, Days: 3 } }
  await s3.send(
    new PutObjectLockConfigurationCommand({
      Bucket,
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule },
    }),
  )
  const DAY_MS = 24 * HOUR_MS
  async function daysOf(Key: string) {
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key }))
    const { ObjectLockRetainUntilDate: until, LastModified: from } = head
    // The time of the object comes in whole seconds.
    const days = ((until?.getTime() ?? 0) - (from?.getTime() ?? 0)) / DAY_MS
    return [head.ObjectLockMode, Number(days.toFixed(3))]
  }
  await put(Bucket)
  expect(await daysOf('k')).toEqual(['COMPLIANCE', 3])
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/k` }))
  expect(await daysOf('copy')).toEqual(['COMPLIANCE', 3])
  const own = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: later(1) } as const
  const upload = { Bucket, Key: 'upload' }
  const begun = await s3.send(new CreateMultipartUploadCommand({ ...upload, ...own }))
  const { UploadId } = begun
  const { ETag } = await s3.send(
    new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: 'x' }),
  )
  const Parts = [{ PartNumber: 1, ETag }]
  await s3.send(
    new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts } }),
  )
  expect(await s3.send(new HeadObjectCommand(upload))).toMatchObject(own)
  const half = put(Bucket, { ObjectLockMode: 'GOVERNANCE' })
  expect(await errorOf(half)).toMatchObject({
    name: 'InvalidArgument',
    message: 'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
  })
})

test('a policy can keep even the owner from bypassing governance', async () => {
  const Bucket = await lockedBucket()
  const lock = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: later(1) }
  const VersionId = await put(Bucket, lock)
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:BypassGovernanceRetention',
        Resource: `arn:aws:s3:::${Bucket}/*`,
      },
    ],
  })
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }))
  const denied = await errorOf(removal(Bucket, VersionId, true))
  expect(denied.name).toBe('AccessDenied')
  expect(denied.message).toContain('BypassGovernanceRetention')
  expect(await errorOf(removal(Bucket, VersionId))).toMatchObject(isProtected)
})
