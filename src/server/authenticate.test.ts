import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SigningRequest } from '../../test/support/sign.ts'
import { presignedTarget, signedHeaders } from '../../test/support/sign.ts'
import type { FakeRun, TestServer } from '../../test/support/test-server.ts'
import { send, startTestServer } from '../../test/support/test-server.ts'
import type { RequestContext } from '../wire/operation.ts'

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
