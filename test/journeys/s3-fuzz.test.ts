import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BadInputServer, BadMessage, Reply } from '../support/bad-input.ts'
import { startForBadInput } from '../support/bad-input.ts'
import { createDice, mutate } from '../support/mutations.ts'

/** Whatever is sent to S3 is answered as S3 answers: never as a fault of the server's. */

const RUNS = 1500
const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
const bucket = `/fuzz-${randomBytes(6).toString('hex')}`
const dice = createDice(23)
let server: BadInputServer

beforeAll(async () => {
  server = await startForBadInput()
  await expectGood({ method: 'PUT', target: bucket })
  await expectGood({ method: 'PUT', target: `${bucket}/kept`, body: 'kept' })
})

afterAll(async () => {
  const kept = await server.call('s3', { method: 'GET', target: `${bucket}/kept` })
  expect([kept.status, kept.text]).toEqual([200, 'kept'])
  await server.expectAlive()
  expect(server.log()).toBe('')
  expect(await server.stop()).toBe(0)
})

async function expectGood(message: BadMessage): Promise<void> {
  expect((await server.call('s3', message)).status).toBe(200)
}

/** A success, or an error in S3's own form; 501 is a refusal by name. */
function expectAnswer({ status, text }: Reply, told: string): void {
  expect(
    status < 500 || (status === 501 && (text === '' || text.includes('NotImplemented'))),
    told,
  ).toBe(true)
  if (status >= 400 && text !== '') expect(text, told).toMatch(/<Code>\w[\w.]*<\/Code>/)
}

/** Runs `send` for so many rounds in eight lanes; answers how often each status came. */
async function inLanes(send: (round: number) => Promise<Reply>): Promise<Map<number, number>> {
  const statuses = new Map<number, number>()
  let next = 0
  const lane = async () => {
    while (next < RUNS) {
      const { status } = await send(next++)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: 8 }, lane))
  return statuses
}

/** As Signature Version 4 wants a path. */
function encoded(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}

function pick<T>(list: ReadonlyArray<T>): T {
  return list[Math.floor(dice() * list.length)] as T
}

const bodies: ReadonlyArray<readonly [string, string]> = [
  ['?tagging', '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'],
  [
    '?cors',
    '<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><MaxAgeSeconds>5</MaxAgeSeconds></CORSRule></CORSConfiguration>',
  ],
  [
    '?website',
    '<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument><RoutingRules><RoutingRule><Condition><KeyPrefixEquals>a</KeyPrefixEquals></Condition><Redirect><HostName>b</HostName></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>',
  ],
  [
    '?lifecycle',
    '<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter><Prefix>x</Prefix></Filter><Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>',
  ],
  [
    '?acl',
    '<AccessControlPolicy><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>',
  ],
  [
    '?ownershipControls',
    '<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>',
  ],
  ['?versioning', '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>'],
  [
    '?publicAccessBlock',
    '<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>',
  ],
  [
    '?policy',
    `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::${bucket.slice(1)}/*","Condition":{"StringLike":{"aws:UserAgent":"a*"}}}}`,
  ],
  [
    '?notification',
    '<NotificationConfiguration><EventBridgeConfiguration></EventBridgeConfiguration></NotificationConfiguration>',
  ],
]

test(`${RUNS} mutated documents are taken or refused`, async () => {
  const statuses = await inLanes(async (round) => {
    const [query, text] = bodies[round % bodies.length] as (typeof bodies)[number]
    const named = text.replace(/^<(\w+)/, `<$1 ${XMLNS}`)
    const body = round < bodies.length ? Buffer.from(named) : mutate(Buffer.from(named), dice)
    const reply = await server.call('s3', { method: 'PUT', target: `${bucket}${query}`, body })
    expectAnswer(reply, `${query}: ${body.toString('base64')}`)
    return reply
  })
  expect(statuses.get(400)).toBeGreaterThan(RUNS / 4)
}, 120_000)

const names = [
  ...['x-amz-acl', 'x-amz-grant-read', 'x-amz-storage-class', 'x-amz-tagging', 'content-md5'],
  ...['x-amz-copy-source', 'x-amz-copy-source-range', 'x-amz-website-redirect-location'],
  ...['x-amz-meta-a', 'range', 'if-match', 'if-modified-since', 'expires', 'content-type'],
  ...['x-amz-object-lock-mode', 'x-amz-object-lock-retain-until-date', 'x-amz-request-payer'],
  ...['x-amz-server-side-encryption', 'x-amz-checksum-crc32', 'x-amz-sdk-checksum-algorithm'],
  ...['x-amz-expected-bucket-owner', 'x-amz-metadata-directive', 'x-amz-mfa', 'content-encoding'],
]
const values = [
  ...['', ' ', 'null', '-1', 'private', 'public-read', `${bucket}/kept`, `${bucket}%`, 'a=b&c=d'],
  ...['bytes=0-1', 'bytes=9-1', 'bytes=-0', 'bytes=99999999999999999999-', '"etag"', '*', 'AES256'],
  ...[
    'Thu, 01 Jan 1970 00:00:00 GMT',
    '9999-99-99T99:99:99Z',
    '%ZZ',
    '%00',
    'id="',
    'x'.repeat(2_000),
  ],
  ...[
    'requester',
    '123456789012',
    'COPY',
    'GOVERNANCE',
    'CRC32',
    'AAAAAA==',
    '\u00ff\u00fe',
    'aws-chunked',
  ],
]
const parameters = [
  ...['versionId', 'uploadId', 'partNumber', 'max-keys', 'marker', 'prefix', 'delimiter', 'acl'],
  ...['encoding-type', 'continuation-token', 'list-type', 'start-after', 'uploads', 'versions'],
  ...['version-id-marker', 'key-marker', 'response-expires', 'tagging', 'attributes', 'website'],
  ...[
    'retention',
    'legal-hold',
    'restore',
    'select',
    'x-id',
    'location',
    'metrics',
    'id',
    'torrent',
  ],
]

test(`${RUNS} requests with headers and parameters at random are taken or refused`, async () => {
  await inLanes(async () => {
    const method = pick(['GET', 'GET', 'HEAD', 'PUT', 'POST', 'DELETE'])
    const path = pick(['', '/', '/k', '/kept/', '/a//b', '/../x', '/%00', '/%F0%9F%98%80'])
    // What is kept must not be emptied, nor the bucket removed.
    const target = method === 'DELETE' && path.length < 2 ? `${bucket}/none` : `${bucket}${path}`
    const query = Array.from({ length: Math.floor(dice() * 4) }, () => {
      const value = encodeURIComponent(pick(values).slice(0, 100))
      return dice() < 0.3 ? pick(parameters) : `${pick(parameters)}=${value}`
    })
    const headers: Record<string, string> = {}
    for (let count = Math.floor(dice() * 4); count > 0; count--) headers[pick(names)] = pick(values)
    const whole = query.length > 0 ? `${target}?${query.join('&')}` : target
    const body = method === 'PUT' || method === 'POST' ? 'x' : ''
    const reply = await server.call('s3', { method, target: whole, headers, body })
    expectAnswer(reply, `${method} ${whole} ${JSON.stringify(headers)}: ${reply.text}`)
    return reply
  })
}, 120_000)

test('keys of all kinds are kept as they are, or refused', async () => {
  const keys = [
    ...[
      'a/',
      '/',
      '//',
      '/a',
      'a//b',
      '.',
      '..',
      '../..',
      'a/../b',
      './a',
      'con',
      'a\\b',
      'ä',
      '😀',
    ],
    ...['\u0000', '\u0001', 'a\nb', 'a b', '+', '%', '%2F', '?', '#', '&', '"', "'", '<', '\ufffe'],
    ...['x'.repeat(1_024), 'ä'.repeat(512), '😀'.repeat(256), `${'d/'.repeat(511)}f`],
  ]
  for (const key of keys) {
    const target = `${bucket}/${encoded(key)}`
    const told = JSON.stringify(key)
    const put = await server.call('s3', { method: 'PUT', target, body: key })
    expectAnswer(put, told)
    expect(put.status, told).toBe(200)
    const got = await server.call('s3', { method: 'GET', target })
    expect([got.status, got.text], told).toEqual([200, key])
  }
  for (const key of ['x'.repeat(1_025), `ä${'x'.repeat(1_023)}`]) {
    const target = `${bucket}/${encoded(key)}`
    const put = await server.call('s3', { method: 'PUT', target, body: '' })
    expect([put.status, put.text.includes('KeyTooLongError')]).toEqual([400, true])
  }
}, 60_000)

test(`${RUNS} mutated forms are taken or refused`, async () => {
  const field = (name: string, value: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const policy = Buffer.from(
    JSON.stringify({
      expiration: '2999-01-01T00:00:00Z',
      conditions: [['starts-with', '$key', '']],
    }),
  ).toString('base64')
  const form = Buffer.from(
    `${field('key', 'f/$' + '{filename}')}${field('policy', policy)}${field('x-amz-algorithm', 'AWS4-HMAC-SHA256')}${field('x-amz-credential', `${server.account}/20260101/us-east-1/s3/aws4_request`)}${field('x-amz-date', '20260101T000000Z')}${field('x-amz-signature', '0')}--b\r\nContent-Disposition: form-data; name="file"; filename="n"\r\n\r\nbytes\r\n--b--\r\n`,
  )
  const statuses = await inLanes(async () => {
    const body = mutate(form, dice)
    const headers = { 'content-type': 'multipart/form-data; boundary=b' }
    const reply = await server.callUnsigned({ target: bucket, headers, body })
    expectAnswer(reply, body.toString('base64'))
    return reply
  })
  expect(statuses.get(403)).toBeGreaterThan(RUNS / 10)
  expect(statuses.get(400)).toBeGreaterThan(RUNS / 10)
}, 120_000)
