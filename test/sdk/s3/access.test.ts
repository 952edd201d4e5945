import {
  CopyObjectCommand,
  DeleteBucketCorsCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeletePublicAccessBlockCommand,
  GetBucketCorsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { endpoint, newAccount } from '../../support/client.ts'
import { bodyOf, errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()

function policyOf(...Statement: ReadonlyArray<object>): string {
  return JSON.stringify({ Version: '2012-10-17', Statement })
}

async function open(Bucket: string): Promise<void> {
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket }))
}

async function bucketWith(Policy: (bucket: string) => string): Promise<string> {
  const Bucket = await newBucket(s3)
  await open(Bucket)
  await s3.send(new PutObjectCommand({ Bucket, Key: 'public/a b.txt', Body: 'open' }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'secret/a', Body: 'closed' }))
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: Policy(Bucket) }))
  return Bucket
}

const everybodyReads = (bucket: string) =>
  policyOf({
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${bucket}/public/*`,
  })

test('a public object is there for everybody, and nothing else of the bucket', async () => {
  const bucket = await bucketWith(everybodyReads)
  const get = (path: string, init?: RequestInit) => fetch(`${endpoint()}/${bucket}${path}`, init)
  const open = await get('/public/a%20b.txt')
  expect([open.status, await open.text()]).toEqual([200, 'open'])
  for (const path of ['/secret/a', '/public/none', '/', '', '/?policy', '/?acl']) {
    const answer = await get(path)
    expect([path, answer.status]).toEqual([path, 403])
    expect(await answer.text()).toContain('<Code>AccessDenied</Code>')
  }
  expect((await get('/public/new', { method: 'PUT', body: 'x' })).status).toBe(403)
  expect((await get('/public/a%20b.txt', { method: 'DELETE' })).status).toBe(403)
  expect((await get('', { method: 'DELETE' })).status).toBe(403)
  expect((await fetch(`${endpoint()}/`)).status).toBe(403)
})

test('without a signature no other service and no new bucket is reached', async () => {
  const create = await fetch(`${endpoint()}/not-mine-at-all`, { method: 'PUT' })
  expect(create.status).toBe(403)
  const kinesis = await fetch(endpoint(), {
    method: 'POST',
    headers: { 'x-amz-target': 'Kinesis_20131202.ListStreams' },
    body: '{}',
  })
  expect(await kinesis.text()).toContain('MissingAuthenticationToken')
  const lambda = await fetch(`${endpoint()}/2015-03-31/functions`)
  expect(lambda.status).toBe(403)
})

test('another account comes in by the policy only, and what it writes is the owner’s', async () => {
  const account = newAccount()
  const other = s3Client({ account })
  const Bucket = await newBucket(s3)
  const denied = await errorOf(other.send(new ListObjectsV2Command({ Bucket })))
  expect([denied.name, denied.message]).toEqual(['AccessDenied', 'Access Denied'])
  const Policy = policyOf(
    {
      Effect: 'Allow',
      Principal: { AWS: account },
      Action: ['s3:PutObject', 's3:GetObject'],
      Resource: `arn:aws:s3:::${Bucket}/in/*`,
    },
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 's3:ListBucket',
      Resource: `arn:aws:s3:::${Bucket}`,
      Condition: { StringLike: { 's3:prefix': 'in/*' }, NumericLessThan: { 's3:max-keys': '10' } },
    },
  )
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }))
  await other.send(new PutObjectCommand({ Bucket, Key: 'in/1', Body: 'theirs' }))
  const mine = await bodyOf(await s3.send(new GetObjectCommand({ Bucket, Key: 'in/1' })))
  expect(mine.toString()).toBe('theirs')
  const own = await newBucket(other)
  await other.send(new CopyObjectCommand({ Bucket: own, Key: 'c', CopySource: `${Bucket}/in/1` }))
  const list = (Prefix: string, MaxKeys: number) =>
    other.send(new ListObjectsV2Command({ Bucket, Prefix, MaxKeys }))
  expect((await list('in/', 9)).KeyCount).toBe(1)
  expect((await errorOf(list('in/', 10))).name).toBe('AccessDenied')
  expect((await errorOf(list('', 9))).name).toBe('AccessDenied')
  const remove = other.send(new DeleteObjectCommand({ Bucket, Key: 'in/1' }))
  expect((await errorOf(remove)).name).toBe('AccessDenied')
  const elsewhere = other.send(new PutObjectCommand({ Bucket, Key: 'out/1', Body: '' }))
  expect((await errorOf(elsewhere)).name).toBe('AccessDenied')
  const stranger = s3Client({ account: newAccount() })
  const head = await errorOf(stranger.send(new HeadBucketCommand({ Bucket })))
  expect(head.$metadata.httpStatusCode).toBe(403)
})

test('a denial holds for the owner too, by request and object tags, but he can change the policy', async () => {
  const Bucket = await newBucket(s3)
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: '', Tagging: 'class=secret' }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'b', Body: '' }))
  const Policy = policyOf(
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${Bucket}/*`,
      Condition: { StringEquals: { 's3:ExistingObjectTag/class': 'secret' } },
    },
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${Bucket}/*`,
      Condition: { StringNotEquals: { 's3:RequestObjectTag/team': 'data' } },
    },
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:DeleteBucketPolicy',
      Resource: `arn:aws:s3:::${Bucket}`,
    },
  )
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }))
  const denied = await errorOf(s3.send(new GetObjectCommand({ Bucket, Key: 'a' })))
  expect(denied.message).toMatch(/not authorized to perform: s3:GetObject .* explicit deny/)
  await s3.send(new GetObjectCommand({ Bucket, Key: 'b' }))
  const put = (Tagging?: string) =>
    s3.send(new PutObjectCommand({ Bucket, Key: 'c', Body: '', ...(Tagging && { Tagging }) }))
  expect((await errorOf(put())).name).toBe('AccessDenied')
  await put('team=data')
  await s3.send(new DeleteBucketPolicyCommand({ Bucket }))
  await s3.send(new GetObjectCommand({ Bucket, Key: 'a' }))
})

test('the public access block keeps public policies out, and closes those that are there', async () => {
  const bucket = await newBucket(s3)
  const put = () =>
    s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: everybodyReads(bucket) }))
  expect((await errorOf(put())).name).toBe('AccessDenied')
  await open(bucket)
  const none = s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket }))
  expect((await errorOf(none)).name).toBe('NoSuchPublicAccessBlockConfiguration')
  await put()
  const status = await s3.send(new GetBucketPolicyStatusCommand({ Bucket: bucket }))
  expect(status.PolicyStatus?.IsPublic).toBe(true)
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'public/a', Body: '' }))
  const read = async () => (await fetch(`${endpoint()}/${bucket}/public/a`)).status
  expect(await read()).toBe(200)
  const RestrictPublicBuckets = true
  await s3.send(
    new PutPublicAccessBlockCommand({
      Bucket: bucket,
      PublicAccessBlockConfiguration: { RestrictPublicBuckets },
    }),
  )
  expect(await read()).toBe(403)
  await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'public/a' }))
  const kept = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }))
  expect(kept.Policy).toBe(everybodyReads(bucket))
})

test('a policy that says nothing sound is malformed', async () => {
  const Bucket = await newBucket(s3)
  const missing = await errorOf(s3.send(new GetBucketPolicyCommand({ Bucket })))
  expect([missing.name, missing['BucketName']]).toEqual(['NoSuchBucketPolicy', Bucket])
  const base = { Effect: 'Allow', Principal: { AWS: newAccount() } }
  const own = `arn:aws:s3:::${Bucket}`
  const cases: ReadonlyArray<readonly [string, string]> = [
    ['x', "Policies must be valid JSON and the first byte must be '{'"],
    ['{}', 'Missing required field Statement'],
    [policyOf({ ...base, Action: 's3:GetObject' }), 'Missing required field Resource'],
    [policyOf({ ...base, Action: 's3:*', Resource: `${own}x/*` }), 'Policy has invalid resource'],
    [policyOf({ ...base, Action: 'sqs:*', Resource: own }), 'Policy has invalid action'],
    [
      policyOf({ ...base, Action: 's3:GetObject', Resource: own }),
      'Action does not apply to any resource(s) in statement',
    ],
    [
      policyOf({ ...base, Action: 's3:*', Resource: own, Condition: { Null: { 's3:x': 'true' } } }),
      'Policy has an invalid condition key',
    ],
    [
      policyOf({ ...base, Sid: 'x'.repeat(20_480), Action: 's3:*', Resource: own }),
      'Policy exceeds the maximum allowed document size.',
    ],
  ]
  for (const [Policy, message] of cases) {
    const error = await errorOf(s3.send(new PutBucketPolicyCommand({ Bucket, Policy })))
    expect([error.name, error.message]).toEqual(['MalformedPolicy', message])
  }
})

test('ACLs are off: only what is so anyway is taken', async () => {
  const Bucket = await newBucket(s3)
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: '' }))
  await s3.send(new PutBucketAclCommand({ Bucket, ACL: 'private' }))
  const opened = await errorOf(s3.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' })))
  expect(opened.name).toBe('AccessControlListNotSupported')
  const object = { Bucket, Key: 'a' }
  await s3.send(new PutObjectAclCommand({ ...object, ACL: 'bucket-owner-full-control' }))
  const read = await errorOf(s3.send(new PutObjectAclCommand({ ...object, ACL: 'public-read' })))
  expect(read.name).toBe('AccessControlListNotSupported')
})

test('a browser is told the rules of the bucket', async () => {
  const Bucket = await bucketWith(everybodyReads)
  const missing = await errorOf(s3.send(new GetBucketCorsCommand({ Bucket })))
  expect(missing.name).toBe('NoSuchCORSConfiguration')
  const ask = (bucket: string, origin: string, method = 'GET', headers = 'X-Amz-Date') =>
    fetch(`${endpoint()}/${bucket}/public/a%20b.txt`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': headers,
      },
    })
  const off = await ask(Bucket, 'https://shop.example')
  expect(off.status).toBe(403)
  expect(await off.text()).toContain('CORSResponse: CORS is not enabled for this bucket.')
  expect(await (await ask('no-such-bucket-here', 'https://x')).text()).toContain(
    'CORSResponse: Bucket not found',
  )
  const rule = {
    AllowedOrigins: ['https://*.example'],
    AllowedMethods: ['GET', 'PUT'],
    AllowedHeaders: ['x-amz-*'],
    ExposeHeaders: ['ETag'],
    MaxAgeSeconds: 60,
  }
  const put = (CORSRules: Array<typeof rule>) =>
    s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }))
  await put([rule])
  expect((await s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual([rule])
  const allowed = await ask(Bucket, 'https://shop.example')
  expect(allowed.status).toBe(200)
  expect(Object.fromEntries(allowed.headers)).toMatchObject({
    'access-control-allow-origin': 'https://shop.example',
    'access-control-allow-methods': 'GET, PUT',
    'access-control-allow-headers': 'x-amz-date',
    'access-control-max-age': '60',
    'access-control-expose-headers': 'ETag',
  })
  expect((await ask(Bucket, 'https://evil.test')).status).toBe(403)
  expect((await ask(Bucket, 'https://shop.example', 'DELETE')).status).toBe(403)
  expect((await ask(Bucket, 'https://shop.example', 'GET', 'x-other')).status).toBe(403)
  const origin = { headers: { origin: 'https://shop.example' } }
  for (const [path, status] of [
    ['public/a%20b.txt', 200],
    ['secret/a', 403],
  ] as const) {
    const answer = await fetch(`${endpoint()}/${Bucket}/${path}`, origin)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://shop.example')
  }
  const wrong = await errorOf(put([{ ...rule, AllowedMethods: ['MYMETHOD'] }]))
  expect(wrong.message).toBe(
    'Found unsupported HTTP method in CORS config. Unsupported method is MYMETHOD',
  )
  const rules = (count: number) => Array.from({ length: count }, () => rule)
  await put(rules(100))
  expect((await errorOf(put(rules(101)))).name).toBe('InvalidRequest')
  await s3.send(new DeleteBucketCorsCommand({ Bucket }))
  expect((await ask(Bucket, 'https://shop.example')).status).toBe(403)
})

test('of many keys those that are denied stay, and are named', async () => {
  const account = newAccount()
  const other = s3Client({ account })
  const Bucket = await newBucket(s3)
  const keys = ['in/1', 'in/2', 'in/kept/1', 'out/1']
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: '' }))
  const own = `arn:aws:s3:::${Bucket}`
  const statement = { Principal: { AWS: account }, Action: 's3:DeleteObject' }
  const Policy = policyOf(
    { ...statement, Effect: 'Allow', Resource: `${own}/in/*` },
    { ...statement, Effect: 'Deny', Principal: '*', Resource: `${own}/in/kept/*` },
  )
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }))
  const remove = (by: typeof s3, Objects: Array<{ Key: string; VersionId?: string }>) =>
    by.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
  const done = await remove(
    other,
    keys.map((Key) => ({ Key })),
  )
  expect(done.Deleted?.map(({ Key }) => Key)).toEqual(['in/1', 'in/2'])
  expect(done.Errors?.map(({ Key, Code }) => [Key, Code])).toEqual([
    ['in/kept/1', 'AccessDenied'],
    ['out/1', 'AccessDenied'],
  ])
  const versioned = await remove(other, [{ Key: 'in/1', VersionId: 'null' }])
  expect(versioned.Errors).toMatchObject([{ Key: 'in/1', VersionId: 'null', Code: 'AccessDenied' }])
  const mine = await remove(s3, [{ Key: 'in/kept/1' }, { Key: 'out/1' }])
  expect([mine.Deleted?.length, mine.Errors?.[0]?.Key]).toEqual([1, 'in/kept/1'])
  const left = await s3.send(new ListObjectsV2Command({ Bucket }))
  expect(left.Contents?.map(({ Key }) => Key)).toEqual(['in/kept/1'])
})
