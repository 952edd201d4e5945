import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SigningRequest } from '../../test/support/sign.ts'
import { presignedTarget, signedHeaders } from '../../test/support/sign.ts'
import type { FakeRun, TestServer } from '../../test/support/test-server.ts'
import { send, startTestServer } from '../../test/support/test-server.ts'
import type { RequestContext } from '../wire/operation.ts'
import { presignedHeaders } from './presigned.ts'
import { signV2, stringToSignV2 } from './signature-v2.ts'

const who: FakeRun = async (
  _input,
  { accountId, region, callerArn, accessKeyId }: RequestContext,
) => ({
  status: 200,
  headers: {},
  body: JSON.stringify({ accountId, region, callerArn, accessKeyId }),
})
const operations = {
  kinesis: { Who: who },
  sts: { Who: who },
  lambda: { Who: who },
  s3: { GetObject: who, PutObject: who },
}

let server: TestServer
let openServer: TestServer

beforeAll(async () => {
  server = await startTestServer({ operations })
  openServer = await startTestServer({ operations, config: { auth: 'open' } })
})
afterAll(async () => {
  await server.server.drain()
  await openServer.server.drain()
})

type Options = Partial<SigningRequest> & {
  readonly change?: (headers: Record<string, string>) => void
}

/** A signed call of `Who` at a service; S3 gets a GET of an object. */
async function call(service: string, options: Options = {}, to: TestServer = server) {
  const { change, ...signing } = options
  const isObject = service === 's3'
  const base = { host: to.host, ...options.headers }
  const request = {
    method: isObject ? 'GET' : 'POST',
    target: isObject ? '/b/k' : '/',
    service,
    ...signing,
    headers: isObject ? base : { ...base, 'x-amz-target': `${service}_1.Who` },
  }
  const headers = signedHeaders(request)
  change?.(headers)
  const { status, text } = await send(to, { ...request, headers })
  return { status, ...(JSON.parse(text) as { code?: string; message?: string; fields?: object }) }
}

const signatureLess = (headers: Record<string, string>) => {
  delete headers['authorization']
}
const tampered = (headers: Record<string, string>) => {
  headers['authorization'] =
    headers['authorization']?.replace(/Signature=..../, 'Signature=0000') ?? ''
}
const old = new Date(Date.now() - 3_600_000)
const future = new Date(Date.now() + 3_600_000)

/** What AWS answers, by what is wrong and by the family of the service. */
const refusals: ReadonlyArray<[string, Options, Record<string, string>]> = [
  [
    'no signature',
    { change: signatureLess },
    {
      s3: '403 AccessDenied',
      kinesis: '400 MissingAuthenticationTokenException',
      sts: '403 MissingAuthenticationToken',
    },
  ],
  [
    'an unknown key',
    { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
    {
      s3: '403 InvalidAccessKeyId',
      kinesis: '400 UnrecognizedClientException',
      sts: '403 InvalidClientTokenId',
    },
  ],
  [
    'a wrong secret',
    { secretAccessKey: 'wrong' },
    {
      s3: '403 SignatureDoesNotMatch',
      kinesis: '400 InvalidSignatureException',
      sts: '403 SignatureDoesNotMatch',
    },
  ],
  [
    'a changed signature',
    { change: tampered },
    {
      s3: '403 SignatureDoesNotMatch',
      kinesis: '400 InvalidSignatureException',
      sts: '403 SignatureDoesNotMatch',
    },
  ],
  [
    'a signature of an hour ago',
    { date: old },
    {
      s3: '403 RequestTimeTooSkewed',
      kinesis: '400 InvalidSignatureException',
      sts: '403 SignatureDoesNotMatch',
    },
  ],
  [
    'a signature of the next hour',
    { date: future },
    {
      s3: '403 RequestTimeTooSkewed',
      kinesis: '400 InvalidSignatureException',
      sts: '403 SignatureDoesNotMatch',
    },
  ],
  [
    'a credential without its parts',
    {
      change(headers) {
        headers['authorization'] =
          'AWS4-HMAC-SHA256 Credential=test, SignedHeaders=host, Signature=00'
      },
    },
    {
      s3: '400 AuthorizationHeaderMalformed',
      kinesis: '400 IncompleteSignatureException',
      sts: '403 IncompleteSignature',
    },
  ],
  [
    'a header without signature and signed headers',
    {
      change(headers) {
        headers['authorization'] =
          'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request'
      },
    },
    {
      s3: '400 AuthorizationHeaderMalformed',
      kinesis: '400 IncompleteSignatureException',
      sts: '403 IncompleteSignature',
    },
  ],
  [
    'a region that is none',
    { region: 'US' },
    {
      s3: '400 AuthorizationHeaderMalformed',
      kinesis: '400 InvalidSignatureException',
      sts: '403 SignatureDoesNotMatch',
    },
  ],
  [
    'another mechanism',
    {
      change(headers) {
        headers['authorization'] = 'Bearer abc'
      },
    },
    { kinesis: '400 IncompleteSignatureException', sts: '403 IncompleteSignature' },
  ],
  [
    'a token that nobody issued',
    { accessKeyId: 'ASIAQNZGKIQY56JQ7WML', sessionToken: 'made.up' },
    {
      s3: '400 InvalidToken',
      kinesis: '400 UnrecognizedClientException',
      sts: '403 InvalidClientTokenId',
    },
  ],
]

describe.each(refusals)('%s', (_name, options, expected) => {
  test.each(Object.entries(expected))('at %s is refused as AWS does', async (service, wanted) => {
    const { status, code } = await call(service, options)
    expect(`${status} ${code}`).toBe(wanted)
  })
})

test('a JSON service tells how far the clocks are apart', async () => {
  const { message } = await call('kinesis', { date: old })
  expect(message).toMatch(
    /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/,
  )
})

test('S3 shows what it compared', async () => {
  const { fields } = await call('s3', { secretAccessKey: 'wrong' })
  expect(fields).toMatchObject({
    AWSAccessKeyId: 'test',
    StringToSign: expect.stringMatching(/^AWS4-HMAC-SHA256\n/),
    CanonicalRequest: expect.stringMatching(/^GET\n\/b\/k\n\nhost:/),
    SignatureProvided: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
})

test('an unknown key and a wrong secret are told which keys are taken', async () => {
  const unknown = await call('kinesis', { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' })
  const wrong = await call('s3', { secretAccessKey: 'wrong' })
  for (const { message } of [unknown, wrong]) {
    expect(message).toMatch(/'test', or any 12-digit account number.*secret 'test'.*keys add/)
  }
})

test('an hour of skew is refused by a wrong date in the scope, too', async () => {
  const { status, code, message } = await call('kinesis', {
    change(headers) {
      headers['x-amz-date'] = '20200101T000000Z'
    },
  })
  expect(`${status} ${code}`).toBe('400 IncompleteSignatureException')
  expect(message).toMatch(/^Date in Credential scope does not match/)
})

test('a header that S3 does not find signed is refused, by name', async () => {
  const { status, code, fields } = await call('s3', {
    change(headers) {
      headers['x-amz-meta-added'] = 'later'
    },
  })
  expect({ status, code, fields }).toEqual({
    status: 403,
    code: 'AccessDenied',
    fields: { HeadersNotSigned: 'x-amz-meta-added' },
  })
})

test('a signature for another service is refused', async () => {
  const headers = signedHeaders({
    method: 'POST',
    target: '/',
    service: 'dynamodb',
    headers: { host: server.host, 'x-amz-target': 'Kinesis_1.Who' },
  })
  const { status, text } = await send(server, { method: 'POST', target: '/', headers })
  expect(`${status} ${JSON.parse(text).message}`).toBe(
    "400 Credential should be scoped to correct service: 'kinesis'. ",
  )
})

test('a body other than the signed one is refused', async () => {
  const headers = signedHeaders({
    method: 'POST',
    target: '/',
    service: 'kinesis',
    headers: { host: server.host, 'x-amz-target': 'Kinesis_1.Who' },
    body: '{"a":1}',
  })
  const { status, text } = await send(server, {
    method: 'POST',
    target: '/',
    headers,
    body: '{"a":2}',
  })
  expect(`${status} ${text}`).toMatch(/^400 .*InvalidSignatureException/)
})

describe('accounts and callers', () => {
  test('the key test is the default account, a number is its own', async () => {
    expect(await call('s3')).toMatchObject({ accountId: '000000000000', region: 'us-east-1' })
    expect(await call('s3', { accessKeyId: '210987654321', region: 'eu-central-1' })).toMatchObject(
      {
        accountId: '210987654321',
        region: 'eu-central-1',
        callerArn: 'arn:aws:iam::210987654321:root',
      },
    )
  })

  test('a configured key has its account and user, until it is removed', async () => {
    const key = await server.keys.add({ accountId: '333333333333', userName: 'ada' })
    const { accessKeyId, secretAccessKey } = key
    expect(await call('kinesis', { accessKeyId, secretAccessKey })).toMatchObject({
      accountId: '333333333333',
      callerArn: 'arn:aws:iam::333333333333:user/ada',
    })
    await server.keys.remove(accessKeyId)
    const { code } = await call('kinesis', { accessKeyId, secretAccessKey })
    expect(code).toBe('UnrecognizedClientException')
  })

  test('a session acts as its role; without its token its key is unknown', async () => {
    const session = server.sessions.issue({
      scope: { accountId: '000000000000', region: 'us-east-1' },
      roleArn: 'arn:aws:iam::444444444444:role/writer',
      sessionName: 'one',
      durationSeconds: 900,
    })
    const { accessKeyId, secretAccessKey, sessionToken } = session
    expect(await call('s3', { accessKeyId, secretAccessKey, sessionToken })).toMatchObject({
      accountId: '444444444444',
      callerArn: 'arn:aws:sts::444444444444:assumed-role/writer/one',
    })
    const { code } = await call('s3', { accessKeyId, secretAccessKey })
    expect(code).toBe('InvalidAccessKeyId')
  })

  test('a session that is over is refused in the words of each family', async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = server.sessions.issue({
      scope: { accountId: '000000000000', region: 'us-east-1' },
      roleArn: 'arn:aws:iam::444444444444:role/writer',
      sessionName: 'one',
      durationSeconds: 0,
    })
    const options = { accessKeyId, secretAccessKey, sessionToken }
    expect((await call('s3', options)).code).toBe('ExpiredToken')
    expect((await call('kinesis', options)).code).toBe('ExpiredTokenException')
    expect((await call('sts', options)).code).toBe('ExpiredToken')
  })
})

describe('presigned URLs', () => {
  const presigned = (options: Partial<SigningRequest> & { expiresSeconds: number }) =>
    presignedTarget({
      method: 'GET',
      target: '/b/k%201?versionId=7',
      service: 's3',
      headers: { host: server.host },
      ...options,
    })

  async function get(target: string) {
    const { status, text } = await send(server, {
      method: 'GET',
      target,
      headers: { host: server.host },
    })
    return { status, ...(JSON.parse(text) as { code?: string; message?: string; fields?: object }) }
  }

  test('work while they live', async () => {
    expect(await get(presigned({ expiresSeconds: 60 }))).toMatchObject({
      accountId: '000000000000',
    })
    expect(await get(presigned({ expiresSeconds: 604_800, date: old }))).toMatchObject({
      status: 200,
    })
  })

  test('are refused once they have expired', async () => {
    expect(await get(presigned({ expiresSeconds: 60, date: old }))).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: 'Request has expired',
      fields: {
        'X-Amz-Expires': '60',
        Expires: expect.any(String),
        ServerTime: expect.any(String),
      },
    })
  })

  test('are refused before their time, beyond a week, tampered with, and without their parts', async () => {
    const good = presigned({ expiresSeconds: 60 })
    expect(await get(presigned({ expiresSeconds: 60, date: future }))).toMatchObject({
      status: 403,
    })
    expect(await get(presigned({ expiresSeconds: 604_801 }))).toMatchObject({
      code: 'AuthorizationQueryParametersError',
    })
    expect(await get(good.replace('versionId=7', 'versionId=8'))).toMatchObject({
      code: 'SignatureDoesNotMatch',
    })
    expect(await get(good.replace(/&X-Amz-Date=[^&]*/, ''))).toMatchObject({
      code: 'AuthorizationQueryParametersError',
    })
    expect(
      await get(good.replace('X-Amz-Credential=test', 'X-Amz-Credential=a%2Fb')),
    ).toMatchObject({
      code: 'AuthorizationQueryParametersError',
    })
  })

  test('and a header at the same time are refused', async () => {
    const headers = signedHeaders({
      method: 'GET',
      target: '/b/k',
      service: 's3',
      headers: { host: server.host },
    })
    const { status, text } = await send(server, {
      method: 'GET',
      target: presigned({ expiresSeconds: 60 }),
      headers,
    })
    expect(`${status} ${text}`).toMatch(/^(400|404) /)
  })
})

describe('presigned URLs of Signature Version 2', () => {
  // S3 Developer Guide, "Query string request authentication alternative".
  test('the example of the guide', () => {
    const rawQuery =
      'AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620'
    const headers = { host: 'johnsmith.s3.amazonaws.com' }
    const request = { method: 'GET', rawPath: '/photos/puppy.jpg', rawQuery, headers }
    const text = stringToSignV2(request, '/johnsmith/photos/puppy.jpg')
    expect(text).toBe('GET\n\n\n1175139620\n/johnsmith/photos/puppy.jpg')
    expect(signV2(text, 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY')).toBe(
      'NpgCjnDzrM+WFzoENXmpNDUsSn8=',
    )
  })

  const expires = Math.floor(Date.now() / 1000) + 60

  async function get(query: string, host = server.host) {
    const target = `/b/k?${query}`
    const { status, text } = await send(server, { method: 'GET', target, headers: { host } })
    return { status, ...(JSON.parse(text) as { code?: string; message?: string }) }
  }
  const signatureOf = (text: string) => encodeURIComponent(signV2(text, 'test'))

  test('are taken for objects, in path style and for virtual hosts', async () => {
    const path = signatureOf(`GET\n\n\n${expires}\nx-amz-meta-a:b\n/b/k?versionId=7`)
    const query = `x-amz-meta-a=b&versionId=7&AWSAccessKeyId=123456789012&Expires=${expires}`
    expect(await get(`${query}&Signature=${path}`)).toMatchObject({
      status: 200,
      accountId: '123456789012',
      region: 'us-east-1',
    })
    const virtual = signatureOf(`GET\n\n\n${expires}\n/clicks/b/k`)
    const plain = `AWSAccessKeyId=test&Expires=${expires}`
    expect(await get(`${plain}&Signature=${virtual}`, 'clicks.localhost')).toMatchObject({
      status: 200,
    })
  })

  test('are refused when changed, expired, unknown or incomplete', async () => {
    const good = signatureOf(`GET\n\n\n${expires}\n/b/k`)
    const old = signatureOf('GET\n\n\n1175139620\n/b/k')
    const query = (key: string, until: number | string, signature: string) =>
      `AWSAccessKeyId=${key}&Expires=${until}&Signature=${signature}`
    expect(await get(query('test', expires, good))).toMatchObject({ status: 200 })
    expect(await get(query('test', expires + 1, good))).toMatchObject({
      code: 'SignatureDoesNotMatch',
    })
    expect(await get(query('test', 1_175_139_620, old))).toMatchObject({
      code: 'AccessDenied',
      message: 'Request has expired',
    })
    expect(await get(query('nobody', expires, good))).toMatchObject({ code: 'InvalidAccessKeyId' })
    expect(await get(`AWSAccessKeyId=test&Signature=${good}`)).toMatchObject({
      status: 403,
      message:
        'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
    })
  })
})

test('headers that a signer moved into the query are headers, but for checksums', () => {
  const headers = { host: 'x', 'x-amz-acl': 'private' }
  const rawQuery =
    'x-amz-meta-a=%C3%BC%20b&x-amz-acl=public-read&x-amz-checksum-crc32=AAAAAA%3D%3D&X-Amz-Date=1&x-amz-sdk-checksum-algorithm=CRC32'
  expect(presignedHeaders(headers, rawQuery)).toEqual({
    host: 'x',
    'x-amz-acl': 'private',
    'x-amz-meta-a': Buffer.from('ü b').toString('latin1'),
  })
  expect(presignedHeaders(headers, 'versionId=7')).toBe(headers)
})

describe('well-known keys', () => {
  test('are taken under local names only', async () => {
    for (const host of ['localhost', 'b.s3.localhost:4566', '[::1]:4566', 'x.127.0.0.1.nip.io']) {
      expect(await call('s3', { headers: { host } })).toMatchObject({ status: 200 })
    }
    for (const host of ['evil.example', '10.0.0.1', 'localhost.evil.example']) {
      expect(await call('s3', { headers: { host } })).toMatchObject({ code: 'AccessDenied' })
    }
  })

  test('are not taken from web pages elsewhere', async () => {
    const from = (origin: string) => call('kinesis', { headers: { origin } })
    expect(await from('http://localhost:3000')).toMatchObject({ status: 200 })
    expect(await from('https://evil.example')).toMatchObject({ code: 'AccessDeniedException' })
    expect(await from('null')).toMatchObject({ code: 'AccessDeniedException' })
  })

  test('are not taken by a server that others can reach', async () => {
    const reachable = await startTestServer({ operations, config: { host: '0.0.0.0' } })
    const { code, message } = await call('s3', {}, reachable)
    expect(code).toBe('InvalidAccessKeyId')
    expect(message).toContain('only configured keys')
    await reachable.server.drain()
  })
})

describe('--auth open', () => {
  test('takes any key and any signature; a number is its account', async () => {
    const any = { secretAccessKey: 'whatever', change: tampered, date: old }
    expect(await call('s3', { ...any, accessKeyId: 'dummy' }, openServer)).toMatchObject({
      accountId: '000000000000',
      accessKeyId: 'dummy',
    })
    expect(
      await call('kinesis', { ...any, accessKeyId: '123456789012' }, openServer),
    ).toMatchObject({
      accountId: '123456789012',
    })
  })

  test('still wants a key, a local name, and no foreign web page', async () => {
    const refused = async (options: Options) => (await call('s3', options, openServer)).code
    expect(await refused({ change: signatureLess })).toBe('AccessDenied')
    expect(await refused({ headers: { host: 'evil.example' } })).toBe('AccessDenied')
    expect(await refused({ headers: { origin: 'https://evil.example' } })).toBe('AccessDenied')
  })
})
