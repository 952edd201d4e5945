import { createHash, randomBytes } from 'node:crypto'
import type { ServerSideEncryptionRule } from '@aws-sdk/client-s3'
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketEncryptionCommand,
  GetBucketEncryptionCommand,
  GetObjectCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { fileAccount } from '../../support/client.ts'
import { bucketName, errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()

function encrypt(Bucket: string, ...Rules: ServerSideEncryptionRule[]) {
  const ServerSideEncryptionConfiguration = { Rules }
  return s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }))
}

async function rulesOf(Bucket: string) {
  const answer = await s3.send(new GetBucketEncryptionCommand({ Bucket }))
  return answer.ServerSideEncryptionConfiguration?.Rules
}

const apply = (SSEAlgorithm: 'AES256' | 'aws:kms', KMSMasterKeyID?: string) => ({
  ApplyServerSideEncryptionByDefault: {
    SSEAlgorithm,
    ...(KMSMasterKeyID && { KMSMasterKeyID }),
  },
})

function customer() {
  const key = randomBytes(32)
  return {
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKey: key.toString('base64'),
    SSECustomerKeyMD5: createHash('md5').update(key).digest('base64'),
  }
}

test('a bucket has no configuration until it is given one, and after it is taken away', async () => {
  const Bucket = await newBucket()
  const none = {
    name: 'ServerSideEncryptionConfigurationNotFoundError',
    $metadata: { httpStatusCode: 404 },
  }
  expect(await errorOf(rulesOf(Bucket))).toMatchObject(none)
  await encrypt(Bucket, apply('AES256'))
  expect(await rulesOf(Bucket)).toEqual([{ ...apply('AES256'), BucketKeyEnabled: false }])
  for (let times = 0; times < 2; times++) {
    await s3.send(new DeleteBucketEncryptionCommand({ Bucket }))
    expect(await errorOf(rulesOf(Bucket))).toMatchObject(none)
  }
  const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
  expect(put.ServerSideEncryption).toBeUndefined()
})

test('what is written without a word gets what the bucket says; a word outweighs it', async () => {
  const Bucket = await newBucket()
  const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab'
  const keyArn = `arn:aws:kms:us-east-1:${fileAccount()}:key/${keyId}`
  await s3.send(new PutObjectCommand({ Bucket, Key: 'before', Body: 'x' }))
  await encrypt(Bucket, { ...apply('aws:kms', keyId), BucketKeyEnabled: true })
  expect(await rulesOf(Bucket)).toEqual([{ ...apply('aws:kms', keyId), BucketKeyEnabled: true }])
  const answer = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn, BucketKeyEnabled: true }
  const id = { Bucket, Key: 'k' }
  expect(await s3.send(new PutObjectCommand({ ...id, Body: 'x' }))).toMatchObject(answer)
  const CopySource = `${Bucket}/before`
  expect(await s3.send(new CopyObjectCommand({ ...id, CopySource }))).toMatchObject(answer)
  expect(await s3.send(new CreateMultipartUploadCommand(id))).toMatchObject(answer)
  const before = await s3.send(new GetObjectCommand({ Bucket, Key: 'before' }))
  expect(before.ServerSideEncryption).toBeUndefined()

  const ServerSideEncryption = 'AES256' as const
  const other = await s3.send(new PutObjectCommand({ ...id, Body: 'x', ServerSideEncryption }))
  expect([other.ServerSideEncryption, other.SSEKMSKeyId]).toEqual(['AES256', undefined])
  const BucketKeyEnabled = false
  const without = await s3.send(new PutObjectCommand({ ...id, Body: 'x', BucketKeyEnabled }))
  expect([without.SSEKMSKeyId, without.BucketKeyEnabled]).toEqual([keyArn, undefined])
  const named = await s3.send(
    new PutObjectCommand({ ...id, Body: 'x', ServerSideEncryption: 'aws:kms' }),
  )
  // AWS: whoever names the algorithm and no key gets the account's own, not the bucket's.
  expect(named.SSEKMSKeyId).not.toBe(keyArn)
  expect(named.BucketKeyEnabled).toBe(true)
})

test('a key that is none is told to who writes, not to who configures', async () => {
  const Bucket = await newBucket()
  await encrypt(Bucket, apply('aws:kms', 'aws/s3'))
  const put = s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
  expect((await errorOf(put)).name).toBe('KMS.NotFoundException')
})

test('keys of callers can be blocked, and let in again', async () => {
  const Bucket = await newBucket()
  const blocked = { EncryptionType: ['SSE-C' as const] }
  await encrypt(Bucket, { ...apply('AES256'), BlockedEncryptionTypes: blocked })
  // Whoever does not speak of it leaves it blocked.
  await encrypt(Bucket, apply('AES256'))
  expect(await rulesOf(Bucket)).toEqual([
    { ...apply('AES256'), BucketKeyEnabled: false, BlockedEncryptionTypes: blocked },
  ])
  const id = { Bucket, Key: 'k' }
  const mine = customer()
  const put = () => s3.send(new PutObjectCommand({ ...id, Body: 'x', ...mine }))
  const refused = {
    name: 'AccessDenied',
    message: `User: arn:aws:iam::${fileAccount()}:root is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::${Bucket}/k" because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different server-side encryption type`,
  }
  expect(await errorOf(put())).toMatchObject(refused)
  const begin = s3.send(new CreateMultipartUploadCommand({ ...id, ...mine }))
  expect(await errorOf(begin)).toMatchObject(refused)
  await encrypt(Bucket, { BlockedEncryptionTypes: { EncryptionType: ['NONE'] } })
  await put()
})

test('a configuration that is none is refused', async () => {
  const Bucket = await newBucket()
  for (const rules of [[], [apply('AES256'), apply('AES256')], [{ BucketKeyEnabled: true }]]) {
    expect((await errorOf(encrypt(Bucket, ...rules))).name).toBe('MalformedXML')
  }
  expect(await errorOf(encrypt(Bucket, apply('AES256', 'some-key')))).toMatchObject({
    name: 'InvalidArgument',
    message:
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
  })
  await encrypt(Bucket, apply('aws:kms', 'k'.repeat(2_048)))
  const long = apply('aws:kms', 'k'.repeat(2_049))
  expect((await errorOf(encrypt(Bucket, long))).name).toBe('MalformedXML')
  const double = apply('aws:kms:dsse' as 'aws:kms')
  expect((await errorOf(encrypt(Bucket, double))).name).toBe('NotImplemented')
  expect((await errorOf(encrypt(bucketName(), apply('AES256')))).name).toBe('NoSuchBucket')
})

test('a policy denies uploads that are not enciphered as it wants', async () => {
  const Bucket = await newBucket()
  const deny = (Condition: object) => ({
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: `arn:aws:s3:::${Bucket}/*`,
    Condition,
  })
  const keyArn = `arn:aws:kms:us-east-1:${fileAccount()}:key/1234abcd-12ab-34cd-56ef-1234567890ab`
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      deny({ StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } }),
      deny({
        StringNotEquals: { 's3:x-amz-server-side-encryption-aws-kms-key-id': keyArn },
      }),
      deny({ Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' } }),
    ],
  })
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }))
  const put = (members: object) =>
    s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...members }))
  const kms = { ServerSideEncryption: 'aws:kms' }
  for (const members of [
    {},
    { ServerSideEncryption: 'AES256' },
    kms,
    { ...kms, SSEKMSKeyId: 'alias/other' },
    customer(),
  ]) {
    expect((await errorOf(put(members))).name).toBe('AccessDenied')
  }
  // A key has one name for policies, whatever the request calls it.
  const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab'
  for (const SSEKMSKeyId of [keyArn, keyId]) {
    expect(await put({ ...kms, SSEKMSKeyId })).toMatchObject({ SSEKMSKeyId: keyArn })
  }
})
