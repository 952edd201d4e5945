import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteBucketTaggingCommand,
  GetBucketAccelerateConfigurationCommand,
  GetBucketAclCommand,
  GetBucketAnalyticsConfigurationCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketIntelligentTieringConfigurationCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketLoggingCommand,
  GetBucketMetricsConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketRequestPaymentCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketAnalyticsConfigurationsCommand,
  ListBucketIntelligentTieringConfigurationsCommand,
  ListBucketMetricsConfigurationsCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketAccelerateConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketRequestPaymentCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { endpoint, newAccount } from '../../support/client.ts'
import { bucketName, errorOf, newBucket, s3Client, virtualHostClient } from './support.ts'

const s3 = s3Client()

test('a bucket is made once, found, listed in order and deleted', async () => {
  const mine = s3Client({ account: newAccount() })
  const names = [bucketName(), bucketName(), bucketName()].sort()
  for (const Bucket of [...names].reverse()) {
    const made = await mine.send(new CreateBucketCommand({ Bucket }))
    expect(made.Location).toBe(`/${Bucket}`)
  }
  const listed = await mine.send(new ListBucketsCommand({}))
  expect(listed.Buckets?.map(({ Name }) => Name)).toEqual(names)
  expect(listed.Buckets?.[0]?.CreationDate).toBeInstanceOf(Date)
  expect(listed.Owner?.ID).toMatch(/^[0-9a-f]{64}$/)
  const page = await mine.send(new ListBucketsCommand({ MaxBuckets: 2 }))
  expect(page.Buckets?.map(({ Name }) => Name)).toEqual(names.slice(0, 2))
  const { ContinuationToken = '' } = page
  const rest = await mine.send(new ListBucketsCommand({ MaxBuckets: 2, ContinuationToken }))
  expect(rest.Buckets?.map(({ Name }) => Name)).toEqual(names.slice(2))
  expect(rest.ContinuationToken).toBeUndefined()
  const [Bucket = ''] = names
  expect((await mine.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe('us-east-1')
  await mine.send(new DeleteBucketCommand({ Bucket }))
  const error = await errorOf(mine.send(new HeadBucketCommand({ Bucket })))
  expect(error.$metadata.httpStatusCode).toBe(404)
  const gone = await errorOf(mine.send(new ListObjectsV2Command({ Bucket })))
  expect(gone).toMatchObject({ name: 'NoSuchBucket', BucketName: Bucket })
})

test('names that break the rules are refused', async () => {
  for (const Bucket of ['ab', 'Capital-letters', 'a..b', '192.168.0.1', '-start', 'xn--punycode']) {
    const error = await errorOf(s3.send(new CreateBucketCommand({ Bucket })))
    expect(error.name, Bucket).toBe('InvalidBucketName')
  }
})

test('a name that is taken is refused, to the owner and to others in their own words', async () => {
  const east = s3Client()
  const west = s3Client({ region: 'eu-west-1' })
  const Bucket = await newBucket(east)
  await east.send(new CreateBucketCommand({ Bucket }))
  const other = s3Client({ account: newAccount() })
  expect(await errorOf(other.send(new CreateBucketCommand({ Bucket })))).toMatchObject({
    name: 'BucketAlreadyExists',
    $metadata: { httpStatusCode: 409 },
  })
  const inEurope = { LocationConstraint: 'eu-west-1' as const }
  const again = { Bucket: bucketName(), CreateBucketConfiguration: inEurope }
  await west.send(new CreateBucketCommand(again))
  expect((await errorOf(west.send(new CreateBucketCommand(again)))).name).toBe(
    'BucketAlreadyOwnedByYou',
  )
})

test('a bucket is in the region that was asked for', async () => {
  const Bucket = bucketName()
  const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' as const }
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }))
  const location = await s3.send(new GetBucketLocationCommand({ Bucket }))
  expect(location.LocationConstraint).toBe('eu-central-1')
  const plain = await s3.send(new GetBucketLocationCommand({ Bucket: await newBucket() }))
  expect(plain.LocationConstraint ?? '').toBe('')
  const frankfurt = s3Client({ region: 'eu-central-1' })
  const other = { LocationConstraint: 'eu-west-1' as const }
  const wrong = frankfurt.send(
    new CreateBucketCommand({ Bucket: bucketName(), CreateBucketConfiguration: other }),
  )
  expect(await errorOf(wrong)).toMatchObject({
    name: 'IllegalLocationConstraintException',
    message: expect.stringContaining('The eu-west-1 location constraint is incompatible'),
  })
})

test('a bucket of another account denies access, and so does an unexpected owner', async () => {
  const Bucket = await newBucket()
  const other = s3Client({ account: newAccount() })
  const put = other.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
  expect(await errorOf(put)).toMatchObject({
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
  })
  const ExpectedBucketOwner = '123456789012'
  const list = s3.send(new ListObjectsV2Command({ Bucket, ExpectedBucketOwner }))
  expect((await errorOf(list)).name).toBe('AccessDenied')
  const malformed = s3.send(new ListObjectsV2Command({ Bucket, ExpectedBucketOwner: 'abcd' }))
  expect((await errorOf(malformed)).name).toBe('InvalidBucketOwnerAWSAccountID')
})

test('only an empty bucket is deleted', async () => {
  const Bucket = await newBucket()
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
  expect(await errorOf(s3.send(new DeleteBucketCommand({ Bucket })))).toMatchObject({
    name: 'BucketNotEmpty',
    BucketName: Bucket,
    $metadata: { httpStatusCode: 409 },
  })
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k2', Body: 'still open' }))
})

test('bucket tags are kept, replaced and removed', async () => {
  const Bucket = await newBucket()
  const none = await errorOf(s3.send(new GetBucketTaggingCommand({ Bucket })))
  expect(none).toMatchObject({ name: 'NoSuchTagSet', BucketName: Bucket })
  const TagSet = [{ Key: 'team', Value: 'fraud + risk' }]
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }))
  expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet)
  const twice = [...TagSet, ...TagSet]
  const double = s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: twice } }))
  expect(await errorOf(double)).toMatchObject({ name: 'InvalidTag', TagKey: 'team' })
  await s3.send(new DeleteBucketTaggingCommand({ Bucket }))
  expect((await errorOf(s3.send(new GetBucketTaggingCommand({ Bucket })))).name).toBe(
    'NoSuchTagSet',
  )
})

test('what infrastructure tools ask of a new bucket is answered with what is so', async () => {
  const Bucket = await newBucket()
  const answers = {
    versioning: await s3.send(new GetBucketVersioningCommand({ Bucket })),
    acl: await s3.send(new GetBucketAclCommand({ Bucket })),
    payer: await s3.send(new GetBucketRequestPaymentCommand({ Bucket })),
    ownership: await s3.send(new GetBucketOwnershipControlsCommand({ Bucket })),
    block: await s3.send(new GetPublicAccessBlockCommand({ Bucket })),
    logging: await s3.send(new GetBucketLoggingCommand({ Bucket })),
    accelerate: await s3.send(new GetBucketAccelerateConfigurationCommand({ Bucket })),
  }
  expect(answers.versioning.Status).toBeUndefined()
  expect(answers.logging.LoggingEnabled).toBeUndefined()
  expect(answers.accelerate.Status).toBeUndefined()
  expect(answers.payer.Payer).toBe('BucketOwner')
  expect(answers.acl.Grants).toMatchObject([
    { Permission: 'FULL_CONTROL', Grantee: { Type: 'CanonicalUser', ID: answers.acl.Owner?.ID } },
  ])
  expect(answers.ownership.OwnershipControls?.Rules).toEqual([
    { ObjectOwnership: 'BucketOwnerEnforced' },
  ])
  expect(answers.block.PublicAccessBlockConfiguration?.BlockPublicPolicy).toBe(true)
  const absent = {
    NoSuchBucketPolicy: new GetBucketPolicyCommand({ Bucket }),
    NoSuchCORSConfiguration: new GetBucketCorsCommand({ Bucket }),
    NoSuchWebsiteConfiguration: new GetBucketWebsiteCommand({ Bucket }),
    NoSuchLifecycleConfiguration: new GetBucketLifecycleConfigurationCommand({ Bucket }),
    ReplicationConfigurationNotFoundError: new GetBucketReplicationCommand({ Bucket }),
    ServerSideEncryptionConfigurationNotFoundError: new GetBucketEncryptionCommand({ Bucket }),
    ObjectLockConfigurationNotFoundError: new GetObjectLockConfigurationCommand({ Bucket }),
  }
  for (const [name, command] of Object.entries(absent)) {
    const error = await errorOf(s3.send(command as GetBucketPolicyCommand))
    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: 404 } })
  }
  await s3.send(new DeleteBucketPolicyCommand({ Bucket }))
  const Id = 'all'
  const unset = [
    new GetBucketMetricsConfigurationCommand({ Bucket, Id }),
    new GetBucketAnalyticsConfigurationCommand({ Bucket, Id }),
    new GetBucketIntelligentTieringConfigurationCommand({ Bucket, Id }),
  ]
  for (const command of unset) {
    const error = await errorOf(s3.send(command as GetBucketMetricsConfigurationCommand))
    expect(error.name).toBe('NoSuchConfiguration')
  }
  const lists = [
    new ListBucketMetricsConfigurationsCommand({ Bucket }),
    new ListBucketAnalyticsConfigurationsCommand({ Bucket }),
    new ListBucketIntelligentTieringConfigurationsCommand({ Bucket }),
  ]
  for (const command of lists) {
    const page = await s3.send(command as ListBucketMetricsConfigurationsCommand)
    expect([page.IsTruncated, page.MetricsConfigurationList]).toEqual([false, undefined])
  }
})

test('a stranger pays where the bucket says so, and says that he does', async () => {
  const Bucket = await newBucket()
  const account = newAccount()
  const other = s3Client({ account })
  const pay = (Payer: 'BucketOwner' | 'Requester') =>
    s3.send(new PutBucketRequestPaymentCommand({ Bucket, RequestPaymentConfiguration: { Payer } }))
  const Statement = {
    Effect: 'Allow',
    Principal: { AWS: account },
    Action: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
  }
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Statement }) }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
  await pay('Requester')
  expect((await s3.send(new GetBucketRequestPaymentCommand({ Bucket }))).Payer).toBe('Requester')
  const get = (client: typeof s3, RequestPayer?: 'requester') =>
    client.send(new GetObjectCommand({ Bucket, Key: 'k', ...(RequestPayer && { RequestPayer }) }))
  expect((await errorOf(get(other))).name).toBe('AccessDenied')
  expect((await get(other, 'requester')).RequestCharged).toBe('requester')
  expect((await get(s3, 'requester')).RequestCharged).toBeUndefined()
  const list = new ListObjectsV2Command({ Bucket, RequestPayer: 'requester' })
  expect((await other.send(list)).RequestCharged).toBe('requester')
  await pay('BucketOwner')
  expect((await get(other)).RequestCharged).toBeUndefined()
})

test('an accelerated endpoint serves the buckets that were opened for it', async () => {
  const Bucket = await newBucket()
  const accelerate = (Status: 'Enabled' | 'Suspended', bucket = Bucket) =>
    s3.send(
      new PutBucketAccelerateConfigurationCommand({
        Bucket: bucket,
        AccelerateConfiguration: { Status },
      }),
    )
  const fast = virtualHostClient('s3-accelerate.localhost', new URL(endpoint()).port)
  const put = () => fast.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
  expect((await errorOf(put())).message).toMatch(/is not configured on this bucket$/)
  await accelerate('Enabled')
  await put()
  const status = async () =>
    (await s3.send(new GetBucketAccelerateConfigurationCommand({ Bucket }))).Status
  expect(await status()).toBe('Enabled')
  await accelerate('Suspended')
  expect((await errorOf(put())).message).toMatch(/is disabled on this bucket$/)
  const dotted = `a.${bucketName()}`
  await s3.send(new CreateBucketCommand({ Bucket: dotted }))
  expect((await errorOf(accelerate('Enabled', dotted))).message).toMatch(/periods \(\.\)/)
})

test('a canned ACL that opens a new bucket is refused', async () => {
  const acl = s3.send(new CreateBucketCommand({ Bucket: bucketName(), ACL: 'public-read' }))
  expect((await errorOf(acl)).name).toBe('InvalidBucketAclWithObjectOwnership')
})
