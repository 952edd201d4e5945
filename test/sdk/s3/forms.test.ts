// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what forms write for the name of the file
import { createHash } from 'node:crypto'
import {
  DeletePublicAccessBlockCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketAclCommand,
  PutBucketCorsCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutObjectAclCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { client, endpoint, fileAccount } from '../../support/client.ts'
import type { FormRequest } from '../../support/form-maker.ts'
import { formFields } from '../../support/form-maker.ts'
import { bodyOf, errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()

interface Sent extends Omit<FormRequest, 'accessKeyId'> {
  readonly file?: string | Buffer
  readonly filename?: string
}

async function post({ file = 'hello', filename = 'file.bin', ...request }: Sent) {
  const body = new FormData()
  const fields = formFields({ accessKeyId: fileAccount(), ...request })
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  body.append('file', new Blob([file]), filename)
  const url = `${endpoint()}/${request.bucket}`
  const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

const messageOf = (text: string) =>
  /<Message>(.*?)<\/Message>/.exec(text)?.[1]?.replaceAll('&quot;', '"')

test('a form makes an object with what its fields say, and answers as it wishes', async () => {
  const bucket = await newBucket(s3)
  const wishes = {
    'Content-Type': 'text/plain',
    'Cache-Control': 'max-age=5',
    'x-amz-meta-who': 'me',
    tagging: '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>',
    success_action_status: '201',
  }
  const conditions = Object.entries(wishes).map(([name, value]) => ({ [name]: value }))
  const made = await post({
    ...{ bucket, key: 'in/${filename}', fields: wishes, conditions },
    ...{ file: 'hello', filename: 'a b.txt' },
  })
  expect(made.status).toBe(201)
  expect(made.text).toContain(`<Bucket>${bucket}</Bucket><Key>in/a b.txt</Key><ETag>`)
  expect(made.headers.get('location')).toBe(`${endpoint()}/${bucket}/in/a%20b.txt`)
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'in/a b.txt' }))
  expect((await bodyOf(object)).toString()).toBe('hello')
  expect(object).toMatchObject({
    ContentType: 'text/plain',
    CacheControl: 'max-age=5',
    Metadata: { who: 'me' },
    TagCount: 1,
    ETag: made.headers.get('etag'),
  })
  expect((await post({ bucket })).status).toBe(204)
  const status = ['starts-with', '$success_action_status', '']
  const answered = async (success_action_status: string) =>
    (await post({ bucket, fields: { success_action_status }, conditions: [status] })).status
  expect([await answered('200'), await answered('404')]).toEqual([200, 204])
  const success_action_redirect = 'http://page.example/done?x=1'
  const moved = await post({
    ...{ bucket, key: 'r', fields: { success_action_redirect } },
    conditions: [{ success_action_redirect }],
  })
  expect(moved.status).toBe(303)
  const target = new URL(moved.headers.get('location') ?? '')
  expect(Object.fromEntries(target.searchParams)).toEqual({
    ...{ x: '1', bucket, key: 'r', etag: '"5d41402abc4b2a76b9719d911017c592"' },
  })
})

test('what the policy does not allow is refused in the words of AWS', async () => {
  const bucket = await newBucket(s3)
  const refused = async (request: Omit<Sent, 'bucket'>) => {
    const { status, text } = await post({ bucket, ...request })
    return [status, messageOf(text)]
  }
  const because = (reason: string) => [403, `Invalid according to Policy: ${reason}`]
  expect(await refused({ conditions: [{ acl: 'private' }] })).toEqual(
    because('Policy Condition failed: ["eq", "$acl", "private"]'),
  )
  expect(await refused({ conditions: [['starts-with', '$key', 'in/']] })).toEqual(
    because('Policy Condition failed: ["starts-with", "$key", "in/"]'),
  )
  expect(await refused({ conditions: [['eq', 'key', 'k']] })).toEqual(
    because('Policy Condition failed: ["eq", "key", "k"]'),
  )
  expect(await refused({ conditions: [['content-length-range', 'test', '10']] })).toEqual(
    because('Policy Condition failed: ["content-length-range", "test", "10"]'),
  )
  expect(await refused({ fields: { 'x-amz-meta-a': '1', 'x-ignore-me': '1' } })).toEqual(
    because('Extra input fields: x-amz-meta-a'),
  )
  expect(await refused({ expiresSeconds: -1 })).toEqual(because('Policy expired.'))
  expect(await refused({ conditions: [{ a: '1', b: '2' }] })).toEqual([
    400,
    'Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.',
  ])
  expect(await refused({ policy: '{' })).toEqual([400, 'Invalid Policy: Invalid JSON.'])
  expect((await refused({ secretAccessKey: 'wrong-secret' }))[1]).toMatch(
    /^The request signature we calculated/,
  )
  const none = s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'k' }))
  expect((await errorOf(none)).$metadata.httpStatusCode).toBe(404)
})

test('the file is as large as the policy says: at the limit, and one past it', async () => {
  const bucket = await newBucket(s3)
  const conditions = [['content-length-range', 5, 10]]
  const of = (size: number) => post({ bucket, conditions, file: Buffer.alloc(size) })
  expect([(await of(5)).status, (await of(10)).status]).toEqual([204, 204])
  const small = await of(4)
  expect(small.text).toMatch(
    /<Code>EntityTooSmall<.*<ProposedSize>4<\/ProposedSize><MinSizeAllowed>5</,
  )
  const large = await of(11)
  expect(large.text).toMatch(
    /<Code>EntityTooLarge<.*<ProposedSize>11<\/ProposedSize><MaxSizeAllowed>10</,
  )
  const huge = await of(3_000_000)
  expect(huge.text).toContain('<ProposedSize>3000000</ProposedSize>')
})

test('a form asks for encryption as PutObject does', async () => {
  const bucket = await newBucket(s3)
  const key = Buffer.alloc(32, 'k')
  const SSECustomerKey = key.toString('base64')
  const SSECustomerKeyMD5 = createHash('md5').update(key).digest('base64')
  const name = 'x-amz-server-side-encryption'
  for (const fields of [
    { [name]: 'aws:kms', [`${name}-bucket-key-enabled`]: 'true' },
    {
      [`${name}-customer-algorithm`]: 'AES256',
      [`${name}-customer-key`]: SSECustomerKey,
      [`${name}-customer-key-MD5`]: SSECustomerKeyMD5,
    },
  ]) {
    const conditions = Object.entries(fields).map(([field, value]) => ({ [field]: value }))
    const { status, headers } = await post({ bucket, conditions, fields })
    expect(status).toBe(204)
    expect(headers.get(name)).toBe(fields[name] ?? null)
  }
  const mine = { SSECustomerAlgorithm: 'AES256', SSECustomerKey, SSECustomerKeyMD5 }
  const got = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'k', ...mine }))
  expect(String(await bodyOf(got))).toBe('hello')
})

test('a form that is not whole, or no form, is told so', async () => {
  const bucket = await newBucket(s3)
  const send = async (contentType: string, body: string) => {
    const headers = { 'content-type': contentType }
    const answer = await fetch(`${endpoint()}/${bucket}`, { method: 'POST', headers, body })
    return [answer.status, /<Code>(.*?)<\/Code>/.exec(await answer.text())?.[1]]
  }
  expect(await send('text/plain', 'x')).toEqual([412, 'PreconditionFailed'])
  const form = 'multipart/form-data; boundary=b'
  const field = (name: string, value: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  expect(await send('multipart/form-data', '')).toEqual([400, 'MalformedPOSTRequest'])
  expect(await send(form, field('key', 'k'))).toEqual([400, 'MalformedPOSTRequest'])
  expect(await send(form, `${field('key', 'k')}--b--`)).toEqual([400, 'InvalidArgument'])
  expect(await send(form, `${field('file', 'k')}--b--`)).toEqual([400, 'InvalidArgument'])
  expect(await send(form, `${field('key', 'k')}${field('file', 'x')}--b--`)).toEqual([
    403,
    'AccessDenied',
  ])
  const policy = Buffer.from('{}').toString('base64')
  expect(await send(form, `${field('policy', policy)}--b--`)).toEqual([400, 'InvalidArgument'])
  const filler = (size: number) => field('x-ignore-a', 'x'.repeat(size))
  const overhead = 'x-ignore-a'.length + 'key'.length + 'k'.length
  const tail = `${field('key', 'k')}--b--`
  expect((await send(form, filler(20_480 - overhead) + tail))[1]).toBe('InvalidArgument')
  expect((await send(form, filler(20_481 - overhead) + tail))[1]).toBe(
    'MaxPostPreDataLengthExceeded',
  )
})

test('who is let in by an ACL needs no policy, and a page of an allowed origin may read the answer', async () => {
  const Bucket = await newBucket(s3)
  await s3.send(
    new PutBucketOwnershipControlsCommand({
      Bucket,
      OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] },
    }),
  )
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket }))
  await s3.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read-write' }))
  const rule = { AllowedOrigins: ['http://page.example'], AllowedMethods: ['POST'] }
  await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }))
  const body = new FormData()
  body.append('key', 'open')
  body.append('file', new Blob(['x'.repeat(100_000)]), 'f')
  const headers = { origin: 'http://page.example' }
  const answer = await fetch(`${endpoint()}/${Bucket}/`, { method: 'POST', body, headers })
  expect(answer.status).toBe(204)
  expect(answer.headers.get('access-control-allow-origin')).toBe('http://page.example')
  expect((await fetch(`${endpoint()}/${Bucket}/open`)).status).toBe(200)
})

test('a queue is told of an object that came by a form, and of its new ACL', async () => {
  const sqs = client(SQSClient)
  const Bucket = await newBucket(s3)
  await s3.send(
    new PutBucketOwnershipControlsCommand({
      Bucket,
      OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] },
    }),
  )
  const QueueArn = `arn:aws:sqs:us-east-1:${fileAccount()}:${Bucket}`
  const Policy = JSON.stringify({
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: QueueArn,
    },
  })
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: Bucket, Attributes: { Policy } }),
  )
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: {
        QueueConfigurations: [{ QueueArn, Events: ['s3:ObjectCreated:Post', 's3:ObjectAcl:Put'] }],
      },
    }),
  )
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'not told' }))
  await post({ bucket: Bucket })
  await s3.send(new PutObjectAclCommand({ Bucket, Key: 'k', ACL: 'private' }))
  const told: Array<{ eventName: string; eventVersion: string }> = []
  await expect
    .poll(
      async () => {
        const page = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
        )
        for (const { Body = '{}' } of page.Messages ?? []) {
          told.push(...(JSON.parse(Body).Records ?? []))
        }
        return told.map(({ eventName, eventVersion }) => `${eventName} ${eventVersion}`)
      },
      { timeout: 10_000 },
    )
    .toEqual(['ObjectCreated:Post 2.1', 'ObjectAcl:Put 2.3'])
})
