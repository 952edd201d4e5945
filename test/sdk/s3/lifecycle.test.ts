import type { LifecycleRule } from '@aws-sdk/client-s3'
import {
  CopyObjectCommand,
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  RestoreObjectCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()

function configure(Bucket: string, ...Rules: ReadonlyArray<LifecycleRule>) {
  return s3.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: { Rules: [...Rules] },
    }),
  )
}

const rule: LifecycleRule = {
  ID: 'raw',
  Status: 'Enabled',
  Filter: { Prefix: 'raw/' },
  Expiration: { Days: 90 },
}

test('a lifecycle comes back as it was given, in both forms, until it is removed', async () => {
  const Bucket = await newBucket()
  const rules: ReadonlyArray<LifecycleRule> = [
    { ...rule, Transitions: [{ Days: 30, StorageClass: 'STANDARD_IA' }] },
    {
      ID: 'and',
      Status: 'Disabled',
      Filter: {
        And: { Prefix: 'a/', Tags: [{ Key: 'k', Value: 'v' }], ObjectSizeGreaterThan: 500 },
      },
      Expiration: { Date: new Date('2030-01-01T00:00:00Z') },
    },
    {
      ID: 'tag',
      Status: 'Enabled',
      Filter: { Tag: { Key: 'k', Value: 'v' } },
      Expiration: { Days: 1 },
    },
    {
      ID: 'old',
      Status: 'Enabled',
      Prefix: 'old/',
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    },
    {
      ID: 'versions',
      Status: 'Enabled',
      Filter: { Prefix: 'v/' },
      Expiration: { ExpiredObjectDeleteMarker: true },
      NoncurrentVersionExpiration: { NoncurrentDays: 60, NewerNoncurrentVersions: 100 },
      NoncurrentVersionTransitions: [
        { NoncurrentDays: 30, NewerNoncurrentVersions: 1, StorageClass: 'STANDARD_IA' },
      ],
    },
  ]
  expect(await configure(Bucket, ...rules)).toMatchObject({
    TransitionDefaultMinimumObjectSize: 'all_storage_classes_128K',
  })
  const kept = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
  expect(kept.Rules).toEqual(rules)
  await s3.send(new DeleteBucketLifecycleCommand({ Bucket }))
  const none = s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
  expect((await errorOf(none)).name).toBe('NoSuchLifecycleConfiguration')
})

test('rules that cannot stand are refused', async () => {
  const Bucket = await newBucket()
  const { Expiration: _none, ...idle } = rule
  const markers = { ExpiredObjectDeleteMarker: true }
  const noncurrent = (time: LifecycleRule['NoncurrentVersionExpiration']): LifecycleRule => ({
    ...idle,
    NoncurrentVersionExpiration: time,
  })
  const cases: ReadonlyArray<readonly [string, string | undefined, ReadonlyArray<LifecycleRule>]> =
    [
      ['InvalidRequest', 'At least one action needs to be specified in a rule', [idle]],
      [
        'InvalidArgument',
        "'Date' must be at midnight GMT",
        [{ ...rule, Expiration: { Date: new Date('2030-01-01T00:00:01Z') } }],
      ],
      [
        'InvalidArgument',
        "'Days' for Expiration action must be a positive integer",
        [{ ...rule, Expiration: { Days: 0 } }],
      ],
      [
        'InvalidArgument',
        'Rule ID must be unique. Found same ID for more than one rule',
        [rule, rule],
      ],
      ['MalformedXML', undefined, [{ ...rule, Prefix: 'raw/' }]],
      ['MalformedXML', undefined, [noncurrent({})]],
      ['MalformedXML', undefined, [{ ...rule, Expiration: { Days: 1, ...markers } }]],
      [
        'InvalidArgument',
        "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer",
        [noncurrent({ NoncurrentDays: 0 })],
      ],
      [
        'InvalidArgument',
        undefined,
        [noncurrent({ NoncurrentDays: 1, NewerNoncurrentVersions: 101 })],
      ],
      [
        'InvalidRequest',
        'ExpiredObjectDeleteMarker cannot be specified with Object Size.',
        [{ ...rule, Filter: { ObjectSizeGreaterThan: 1 }, Expiration: markers }],
      ],
      [
        'InvalidArgument',
        "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'",
        [{ ...rule, Transitions: [{ Days: 29, StorageClass: 'STANDARD_IA' }] }],
      ],
      [
        'InvalidArgument',
        "'Days' in the Expiration action for filter '(prefix=raw/)' must be greater than 'Days' in the Transition action",
        [{ ...rule, Transitions: [{ Days: 90, StorageClass: 'GLACIER' }] }],
      ],
    ]
  for (const [name, message, rules] of cases) {
    expect(await errorOf(configure(Bucket, ...rules))).toMatchObject({
      name,
      ...(message && { message }),
    })
  }
})

test('an object that will expire says when, and by which rule', async () => {
  const Bucket = await newBucket()
  await configure(Bucket, rule)
  const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'raw/a', Body: 'a' }))
  const other = await s3.send(new PutObjectCommand({ Bucket, Key: 'cooked/a', Body: 'a' }))
  const { Expiration } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'raw/a' }))
  expect(Expiration).toMatch(/^expiry-date="\w{3}, .* 00:00:00 GMT", rule-id="raw"$/)
  expect(put.Expiration).toBe(Expiration)
  expect(other.Expiration).toBeUndefined()
})

test('of the versions of an object, the newest says when it expires', async () => {
  const Bucket = await newBucket()
  const id = { Bucket, Key: 'raw/a' }
  await s3.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  )
  await configure(Bucket, rule)
  const { VersionId } = await s3.send(new PutObjectCommand({ ...id, Body: 'a' }))
  const copied = await s3.send(
    new CopyObjectCommand({ ...id, CopySource: `${Bucket}/raw/a`, MetadataDirective: 'REPLACE' }),
  )
  expect(copied.Expiration).toMatch(/rule-id="raw"$/)
  expect((await s3.send(new HeadObjectCommand({ ...id, VersionId }))).Expiration).toBeUndefined()
  expect((await s3.send(new HeadObjectCommand(id))).Expiration).toBe(copied.Expiration)
})

test('an archived object is not read before it is restored', async () => {
  const Bucket = await newBucket()
  const id = { Bucket, Key: 'a' }
  await s3.send(new PutObjectCommand({ ...id, Body: 'a', StorageClass: 'DEEP_ARCHIVE' }))
  expect(await errorOf(s3.send(new GetObjectCommand(id)))).toMatchObject({
    name: 'InvalidObjectState',
    StorageClass: 'DEEP_ARCHIVE',
    $metadata: { httpStatusCode: 403 },
  })
  const restore = (Tier: 'Standard' | 'Bulk' | 'Expedited') =>
    s3.send(
      new RestoreObjectCommand({
        ...id,
        RestoreRequest: { Days: 1, GlacierJobParameters: { Tier } },
      }),
    )
  expect((await errorOf(restore('Expedited'))).name).toBe('InvalidArgument')
  expect((await restore('Bulk')).$metadata.httpStatusCode).toBe(202)
  const { Restore } = await s3.send(new HeadObjectCommand(id))
  expect(Restore).toBe('ongoing-request="true"')
  expect((await errorOf(s3.send(new GetObjectCommand(id)))).name).toBe('InvalidObjectState')
  expect(await errorOf(restore('Bulk'))).toMatchObject({
    name: 'RestoreAlreadyInProgress',
    $metadata: { httpStatusCode: 409 },
  })
  expect((await restore('Standard')).$metadata.httpStatusCode).toBe(202)
})

test('only archived objects can be restored', async () => {
  const Bucket = await newBucket()
  const id = { Bucket, Key: 'a' }
  await s3.send(new PutObjectCommand({ ...id, Body: 'a' }))
  const restore = s3.send(new RestoreObjectCommand({ ...id, RestoreRequest: { Days: 1 } }))
  expect((await errorOf(restore)).name).toBe('InvalidObjectState')
})
