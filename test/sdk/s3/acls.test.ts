import type { ObjectCannedACL, ObjectOwnership } from '@aws-sdk/client-s3'
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteObjectCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAclCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyStatusCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { endpoint, newAccount } from '../../support/client.ts'
import { bodyOf, bucketName, errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()
const ALL = 'http://acs.amazonaws.com/groups/global/AllUsers'

async function own(Bucket: string, ObjectOwnership: ObjectOwnership): Promise<void> {
  await s3.send(
    new PutBucketOwnershipControlsCommand({
      Bucket,
      OwnershipControls: { Rules: [{ ObjectOwnership }] },
    }),
  )
}

/** A bucket whose ACLs count, and which may be public. */
async function aclBucket(ownership: ObjectOwnership = 'ObjectWriter'): Promise<string> {
  const Bucket = await newBucket(s3)
  await own(Bucket, ownership)
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket }))
  return Bucket
}

async function canonicalIdOf(client: typeof s3): Promise<string> {
  const acl = await client.send(new GetBucketAclCommand({ Bucket: await newBucket(client) }))
  return acl.Owner?.ID ?? ''
}

const statusOf = async (path: string, init?: RequestInit) =>
  (await fetch(`${endpoint()}/${path}`, init)).status

test('ownership controls turn ACLs on and off, and can be taken off', async () => {
  const Bucket = await newBucket(s3)
  const get = async () =>
    (await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }))).OwnershipControls
  expect(await get()).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] })
  const read = new PutBucketAclCommand({ Bucket, ACL: 'authenticated-read' })
  expect((await errorOf(s3.send(read))).name).toBe('AccessControlListNotSupported')
  await own(Bucket, 'BucketOwnerPreferred')
  expect(await get()).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerPreferred' }] })
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket }))
  await s3.send(read)
  const enforced = await errorOf(own(Bucket, 'BucketOwnerEnforced'))
  expect(enforced.name).toBe('InvalidBucketAclWithObjectOwnership')
  await s3.send(new PutBucketAclCommand({ Bucket, ACL: 'private' }))
  await own(Bucket, 'BucketOwnerEnforced')
  await s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket }))
  expect((await errorOf(get())).name).toBe('OwnershipControlsNotFoundError')
  await s3.send(read)
})

test('a canned ACL lets in whom it names, on buckets and on objects', async () => {
  const Bucket = await aclBucket()
  const other = s3Client({ account: newAccount() })
  const put = (Key: string, ACL: ObjectCannedACL) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body: Key, ACL }))
  await put('open', 'public-read')
  await put('known', 'authenticated-read')
  await put('closed', 'private')
  const seen = async (Key: string) => [
    await statusOf(`${Bucket}/${Key}`),
    await other.send(new GetObjectCommand({ Bucket, Key })).then(
      () => 200,
      () => 403,
    ),
  ]
  expect(await seen('open')).toEqual([200, 200])
  expect(await seen('known')).toEqual([403, 200])
  expect(await seen('closed')).toEqual([403, 403])
  expect(await statusOf(`${Bucket}/none`)).toBe(403)
  expect(await statusOf(Bucket)).toBe(403)
  expect(await statusOf(`${Bucket}/new`, { method: 'PUT', body: 'x' })).toBe(403)
  await s3.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' }))
  expect([await statusOf(Bucket), await statusOf(`${Bucket}/none`)]).toEqual([200, 404])
  expect(await statusOf(`${Bucket}/new`, { method: 'PUT', body: 'x' })).toBe(403)
  await s3.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read-write' }))
  expect(await statusOf(`${Bucket}/new`, { method: 'PUT', body: 'x' })).toBe(200)
  expect(await statusOf(`${Bucket}/closed`, { method: 'DELETE' })).toBe(403)
  const acl = await s3.send(new GetBucketAclCommand({ Bucket }))
  expect(acl.Grants?.map(({ Grantee, Permission }) => [Grantee?.URI, Permission])).toEqual([
    [undefined, 'FULL_CONTROL'],
    [ALL, 'READ'],
    [ALL, 'WRITE'],
  ])
})

test('who writes an object owns it, unless he gives it or the bucket takes it', async () => {
  const account = newAccount()
  const other = s3Client({ account })
  const otherId = await canonicalIdOf(other)
  const ownerId = await canonicalIdOf(s3)
  const put = (Bucket: string, Key: string, ACL?: ObjectCannedACL) =>
    other.send(new PutObjectCommand({ Bucket, Key, Body: 'theirs', ...(ACL && { ACL }) }))
  const owners = async (Bucket: string) => {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, FetchOwner: true }))
    return Object.fromEntries(page.Contents?.map(({ Key, Owner }) => [Key, Owner?.ID]) ?? [])
  }
  const allow = (Bucket: string) =>
    s3.send(
      new PutBucketPolicyCommand({
        Bucket,
        Policy: JSON.stringify({
          Statement: {
            Effect: 'Allow',
            Principal: { AWS: account },
            Action: ['s3:PutObject', 's3:GetObject'],
            Resource: `arn:aws:s3:::${Bucket}/*`,
          },
        }),
      }),
    )
  const writers = await aclBucket('ObjectWriter')
  const preferred = await aclBucket('BucketOwnerPreferred')
  const enforced = await newBucket(s3)
  for (const Bucket of [writers, preferred, enforced]) {
    await allow(Bucket)
    await put(Bucket, 'plain')
    await put(Bucket, 'given', 'bucket-owner-full-control')
  }
  expect(await owners(writers)).toEqual({ plain: otherId, given: otherId })
  expect(await owners(preferred)).toEqual({ plain: otherId, given: ownerId })
  expect(await owners(enforced)).toEqual({ plain: ownerId, given: ownerId })
  const mine = (Key: string) => s3.send(new GetObjectCommand({ Bucket: writers, Key }))
  expect((await errorOf(mine('plain'))).name).toBe('AccessDenied')
  expect((await bodyOf(await mine('given'))).toString()).toBe('theirs')
  await other.send(new GetObjectCommand({ Bucket: writers, Key: 'plain' }))
  const acl = await other.send(new GetObjectAclCommand({ Bucket: writers, Key: 'plain' }))
  expect(acl.Owner?.ID).toBe(otherId)
  await other.send(
    new PutObjectAclCommand({ Bucket: writers, Key: 'plain', ACL: 'bucket-owner-read' }),
  )
  await mine('plain')
  const change = new PutObjectAclCommand({ Bucket: writers, Key: 'plain', ACL: 'private' })
  expect((await errorOf(s3.send(change))).name).toBe('AccessDenied')
  await s3.send(new DeleteObjectCommand({ Bucket: writers, Key: 'plain' }))
  // Without ACLs all is the bucket owner's again.
  await s3.send(new PutBucketAclCommand({ Bucket: preferred, ACL: 'private' }))
  await own(preferred, 'BucketOwnerEnforced')
  expect((await owners(preferred))['plain']).toBe(ownerId)
})

test('grants in headers and in XML name accounts and groups', async () => {
  const Bucket = await aclBucket()
  const other = s3Client({ account: newAccount() })
  const ID = await canonicalIdOf(other)
  const ownerId = await canonicalIdOf(s3)
  await s3.send(new PutBucketAclCommand({ Bucket, GrantRead: `id="${ID}",uri="${ALL}"` }))
  const acl = await s3.send(new GetBucketAclCommand({ Bucket }))
  expect(acl.Grants).toEqual([
    { Grantee: { ID, Type: 'CanonicalUser' }, Permission: 'READ' },
    { Grantee: { URI: ALL, Type: 'Group' }, Permission: 'READ' },
  ])
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
  const Grants = [{ Grantee: { ID, Type: 'CanonicalUser' as const }, Permission: 'READ' as const }]
  const put = (AccessControlPolicy: object) =>
    s3.send(new PutObjectAclCommand({ Bucket, Key: 'k', AccessControlPolicy }))
  await put({ Owner: { ID: ownerId }, Grants })
  await other.send(new GetObjectCommand({ Bucket, Key: 'k' }))
  expect((await errorOf(put({ Owner: { ID }, Grants }))).name).toBe('AccessDenied')
  const many = (count: number) => ({ Owner: { ID: ownerId }, Grants: Array(count).fill(Grants[0]) })
  await put(many(100))
  expect((await errorOf(put(many(101)))).name).toBe('MalformedACLError')
  const half = { Owner: { ID: ownerId }, Grants: [{ Permission: 'READ' }] }
  expect((await errorOf(put(half))).name).toBe('MalformedACLError')
})

test('an ACL that says nothing sound is refused as by AWS', async () => {
  const Bucket = await aclBucket()
  const refused = async (input: object) => {
    const error = await errorOf(s3.send(new PutBucketAclCommand({ Bucket, ...input })))
    return [error.name, error.message, error['ArgumentName']]
  }
  expect(await refused({ GrantWrite: 'fakekey="1234"' })).toEqual([
    'InvalidArgument',
    'Argument format not recognized',
    'x-amz-grant-write',
  ])
  expect(
    await refused({ GrantWrite: 'uri="http://acs.amazonaws.com/groups/s3/FakeGroup"' }),
  ).toEqual(['InvalidArgument', 'Invalid group uri', 'uri'])
  expect(await refused({ GrantWrite: 'id="wrong-id"' })).toEqual([
    'InvalidArgument',
    'Invalid id',
    'id',
  ])
  expect((await refused({ GrantWrite: 'emailAddress="a@b.example"' }))[0]).toBe(
    'UnresolvableGrantByEmailAddress',
  )
  expect((await refused({ ACL: 'fake-acl' }))[2]).toBe('x-amz-acl')
  expect(await refused({ ACL: 'private', GrantRead: `uri="${ALL}"` })).toEqual([
    'InvalidRequest',
    'Specifying both Canned ACLs and Header Grants is not allowed',
    undefined,
  ])
  expect((await refused({ ACL: 'private', AccessControlPolicy: { Grants: [] } }))[0]).toBe(
    'UnexpectedContent',
  )
})

test('the public access block keeps public ACLs out, and makes those that are there count for nothing', async () => {
  const Bucket = await aclBucket()
  const block = (PublicAccessBlockConfiguration: object) =>
    s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }))
  const isPublic = async () =>
    (await s3.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus?.IsPublic
  await s3.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ACL: 'public-read' }))
  expect([await isPublic(), await statusOf(`${Bucket}/k`)]).toEqual([true, 200])
  await block({ IgnorePublicAcls: true })
  expect((await errorOf(isPublic())).name).toBe('NoSuchBucketPolicy')
  expect([await statusOf(Bucket), await statusOf(`${Bucket}/k`)]).toEqual([403, 403])
  await block({ BlockPublicAcls: true })
  expect(await statusOf(`${Bucket}/k`)).toBe(200)
  const writes = [
    s3.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' })),
    s3.send(new PutObjectAclCommand({ Bucket, Key: 'k', ACL: 'public-read' })),
    s3.send(new PutObjectCommand({ Bucket, Key: 'n', Body: '', GrantRead: `uri="${ALL}"` })),
  ]
  for (const write of writes) expect((await errorOf(write)).name).toBe('AccessDenied')
  await s3.send(new PutBucketAclCommand({ Bucket, ACL: 'private' }))
})

test('a bucket is made with its ownership and ACL, but not open to the world', async () => {
  const make = (input: object) =>
    s3.send(new CreateBucketCommand({ Bucket: bucketName(), ...input }))
  const ACL = 'public-read'
  expect((await errorOf(make({ ACL }))).name).toBe('InvalidBucketAclWithObjectOwnership')
  const open = await errorOf(make({ ACL, ObjectOwnership: 'ObjectWriter' }))
  expect(open.name).toBe('InvalidBucketAclWithBlockPublicAccessError')
  const id = await canonicalIdOf(s3Client({ account: newAccount() }))
  const Bucket = bucketName()
  await s3.send(
    new CreateBucketCommand({ Bucket, ObjectOwnership: 'ObjectWriter', GrantRead: `id="${id}"` }),
  )
  const acl = await s3.send(new GetBucketAclCommand({ Bucket }))
  expect(acl.Grants?.map(({ Grantee }) => Grantee?.ID)).toEqual([id])
})

test('each version has an ACL of its own, and an upload in parts keeps the one it began with', async () => {
  const Bucket = await aclBucket()
  await s3.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  )
  const put = async () =>
    (await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))).VersionId ?? ''
  const [first, second] = [await put(), await put()]
  const share = { Bucket, Key: 'k', ACL: 'public-read' as const }
  await s3.send(new PutObjectAclCommand({ ...share, VersionId: first }))
  const status = (version: string) => statusOf(`${Bucket}/k?versionId=${version}`)
  expect([await status(first), await status(second)]).toEqual([200, 403])
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ Bucket, Key: 'm', ACL: 'public-read' }),
  )
  const part = { Bucket, Key: 'm', UploadId, PartNumber: 1 }
  const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body: 'x' }))
  await s3.send(
    new CompleteMultipartUploadCommand({
      ...{ Bucket, Key: 'm', UploadId },
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
    }),
  )
  expect(await statusOf(`${Bucket}/m`)).toBe(200)
})
