import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import type { ReplicationRule } from '@aws-sdk/client-s3'
import {
  CreateBucketCommand,
  DeleteBucketReplicationCommand,
  DeleteObjectCommand,
  GetBucketReplicationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3'
import { beforeAll, expect, test } from 'vitest'
import { clientConfig, newAccount } from '../../support/client.ts'
import { bodyOf, bucketName, errorOf, s3Client } from './support.ts'

const s3 = s3Client()
const Role = 'replicator'
const trust = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
}
let roleArn = ''

beforeAll(async () => {
  const iam = new IAMClient(clientConfig())
  const made = await iam.send(
    new CreateRoleCommand({ RoleName: Role, AssumeRolePolicyDocument: JSON.stringify(trust) }),
  )
  roleArn = made.Role?.Arn ?? ''
})

async function versioned(client = s3): Promise<string> {
  const Bucket = bucketName()
  await client.send(new CreateBucketCommand({ Bucket }))
  await client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  )
  return Bucket
}

function rule(target: string, more: Partial<ReplicationRule> = {}): ReplicationRule {
  return {
    ID: `to-${target}`,
    Status: 'Enabled',
    Priority: 1,
    Filter: { Prefix: '' },
    DeleteMarkerReplication: { Status: 'Disabled' },
    Destination: { Bucket: `arn:aws:s3:::${target}` },
    ...more,
  }
}

function replicate(Bucket: string, ...Rules: ReplicationRule[]) {
  const ReplicationConfiguration = { Role: roleArn, Rules }
  return s3.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }))
}

async function statusOf(Bucket: string, Key: string, VersionId?: string) {
  try {
    const head = new HeadObjectCommand({ Bucket, Key, ...(VersionId && { VersionId }) })
    return (await s3.send(head)).ReplicationStatus
  } catch (error) {
    return (error as Error).name
  }
}

test('a configuration comes back as it was given, until it is removed', async () => {
  const Bucket = await versioned()
  const target = await versioned()
  const Rules = [
    rule(target, {
      Filter: { And: { Prefix: 'raw/', Tags: [{ Key: 'team', Value: 'ml' }] } },
      Destination: { Bucket: `arn:aws:s3:::${target}`, StorageClass: 'STANDARD_IA' },
      ExistingObjectReplication: { Status: 'Disabled' },
    }),
    rule(target, { ID: 'all', Priority: 7, DeleteMarkerReplication: { Status: 'Enabled' } }),
  ]
  await replicate(Bucket, ...Rules)
  const kept = await s3.send(new GetBucketReplicationCommand({ Bucket }))
  expect(kept.ReplicationConfiguration).toEqual({ Role: roleArn, Rules })
  const suspend = new PutBucketVersioningCommand({
    Bucket,
    VersioningConfiguration: { Status: 'Suspended' },
  })
  expect((await errorOf(s3.send(suspend))).name).toBe('InvalidBucketState')
  await s3.send(new DeleteBucketReplicationCommand({ Bucket }))
  const none = s3.send(new GetBucketReplicationCommand({ Bucket }))
  expect((await errorOf(none)).name).toBe('ReplicationConfigurationNotFoundError')
})

test('configurations that cannot stand, and what is not built, are refused', async () => {
  const Bucket = await versioned()
  const target = await versioned()
  const plain = bucketName()
  await s3.send(new CreateBucketCommand({ Bucket: plain }))
  const { DeleteMarkerReplication: _none, ...unclear } = rule(target)
  const destination = { Bucket: `arn:aws:s3:::${target}` }
  const cases: ReadonlyArray<readonly [string, RegExp, ReadonlyArray<ReplicationRule>]> = [
    ['InvalidRequest', /^Destination bucket must have versioning enabled\.$/, [rule(plain)]],
    ['InvalidRequest', /^Destination bucket must exist\.$/, [rule(bucketName())]],
    ['InvalidRequest', /^DeleteMarkerReplication must be specified for this version/, [unclear]],
    [
      'InvalidRequest',
      /^Delete marker replication is not supported if any Tag filter is specified/,
      [
        rule(target, {
          Filter: { Tag: { Key: 'a', Value: 'b' } },
          DeleteMarkerReplication: { Status: 'Enabled' },
        }),
      ],
    ],
    ['InvalidRequest', /duplicate priority/, [rule(target), rule(target, { ID: 'two' })]],
    ['InvalidRequest', /Rule Id must be unique/, [rule(target), rule(target, { Priority: 2 })]],
    [
      'NotImplemented',
      /ExistingObjectReplication/,
      [rule(target, { ExistingObjectReplication: { Status: 'Enabled' } })],
    ],
    [
      'NotImplemented',
      /ReplicationTime/,
      [
        rule(target, {
          Destination: {
            ...destination,
            ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
          },
        }),
      ],
    ],
    [
      'NotImplemented',
      /SseKmsEncryptedObjects/,
      [
        rule(target, {
          SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
        }),
      ],
    ],
  ]
  for (const [name, message, rules] of cases) {
    const error = await errorOf(replicate(Bucket, ...rules))
    expect([error.name, error.message]).toEqual([name, expect.stringMatching(message)])
  }
  expect((await errorOf(replicate(plain, rule(target)))).message).toContain("must be 'Enabled'")
})

test('a new version is copied with its id, its tags and its changes, and is not copied on', async () => {
  const Bucket = await versioned()
  const target = await versioned()
  await replicate(Bucket, rule(target, { Filter: { Prefix: 'raw/' } }))
  await replicate(target, rule(Bucket))
  const id = { Bucket, Key: 'raw/ü 1' }
  const copy = { Bucket: target, Key: id.Key }
  const put = await s3.send(
    new PutObjectCommand({
      ...id,
      Body: 'first',
      Tagging: 'a=1',
      ContentType: 'text/x-row',
      Metadata: { from: 'here' },
    }),
  )
  await s3.send(new PutObjectCommand({ Bucket, Key: 'else', Body: 'x' }))
  await expect.poll(() => statusOf(target, id.Key)).toBe('REPLICA')
  await expect.poll(() => statusOf(Bucket, id.Key)).toBe('COMPLETED')
  const read = await s3.send(new GetObjectCommand(copy))
  expect(read).toMatchObject({
    VersionId: put.VersionId,
    ETag: put.ETag,
    ContentType: 'text/x-row',
    Metadata: { from: 'here' },
  })
  expect((await bodyOf(read)).toString()).toBe('first')
  const second = await s3.send(new PutObjectCommand({ ...id, Body: 'second' }))
  await s3.send(
    new PutObjectTaggingCommand({
      ...id,
      VersionId: put.VersionId,
      Tagging: { TagSet: [{ Key: 'a', Value: '2' }] },
    }),
  )
  const tags = async () =>
    (await s3.send(new GetObjectTaggingCommand({ ...copy, VersionId: put.VersionId }))).TagSet
  await expect.poll(tags).toEqual([{ Key: 'a', Value: '2' }])
  const versions = async () =>
    (await s3.send(new ListObjectVersionsCommand({ Bucket: target }))).Versions?.map(
      ({ VersionId, IsLatest }) => [VersionId, IsLatest],
    )
  await expect.poll(versions).toEqual([
    [second.VersionId, true],
    [put.VersionId, false],
  ])
  // Had the copies come back, there would be more versions here.
  const own = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'raw/' }))
  expect(own.Versions).toHaveLength(2)
  expect(await statusOf(Bucket, 'else')).toBeUndefined()
})

test('delete markers are made elsewhere where a rule says so, removals of versions never', async () => {
  const Bucket = await versioned()
  const target = await versioned()
  await replicate(Bucket, rule(target, { DeleteMarkerReplication: { Status: 'Enabled' } }))
  const id = { Bucket, Key: 'k' }
  const { VersionId } = await s3.send(new PutObjectCommand({ ...id, Body: '1' }))
  const marker = await s3.send(new DeleteObjectCommand(id))
  const markers = async () =>
    (await s3.send(new ListObjectVersionsCommand({ Bucket: target }))).DeleteMarkers?.map(
      (one) => one.VersionId,
    )
  await expect.poll(markers).toEqual([marker.VersionId])
  await s3.send(new DeleteObjectCommand({ ...id, VersionId }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'later', Body: '2' }))
  await expect.poll(() => statusOf(target, 'later')).toBe('REPLICA')
  expect(await statusOf(target, 'k', VersionId)).toBe('REPLICA')
})

test('a bucket of another account takes copies when its policy lets the role in', async () => {
  const other = s3Client({ account: newAccount() })
  const Bucket = await versioned()
  const closed = await versioned(other)
  const open = await versioned(other)
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: roleArn },
    Action: ['s3:ReplicateObject', 's3:ReplicateTags'],
    Resource: `arn:aws:s3:::${open}/*`,
  }
  const policy = new PutBucketPolicyCommand({
    Bucket: open,
    Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
  })
  await other.send(policy)
  await replicate(
    Bucket,
    rule(closed, { Filter: { Prefix: 'closed/' } }),
    rule(open, { Priority: 2, Filter: { Prefix: 'open/' } }),
  )
  await s3.send(new PutObjectCommand({ Bucket, Key: 'closed/a', Body: '1' }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'open/a', Body: '1', Tagging: 'a=1' }))
  await expect.poll(() => statusOf(Bucket, 'open/a')).toBe('COMPLETED')
  await expect.poll(() => statusOf(Bucket, 'closed/a')).toBe('FAILED')
  const read = await other.send(new GetObjectCommand({ Bucket: open, Key: 'open/a' }))
  expect((await bodyOf(read)).toString()).toBe('1')
})
