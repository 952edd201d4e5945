import { expect, test } from 'vitest'
import { createChunkDecoder } from './aws-chunked.ts'
import { planObjectBody } from './body-checks.ts'
import type { SignedRequest } from './canonical-request.ts'
import type { Signature } from './signature.ts'
import { parseSignature } from './signature.ts'
import { createVerifier, sha256 } from './signing.ts'

/** The vectors of AWS's own documentation; the secrets are AWS's examples. */
const s3Secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const suiteSecret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const EMPTY = sha256('')

function signatureOf(request: SignedRequest): Signature {
  const found = parseSignature(request.headers, request.rawQuery)
  if (found.reason !== 'signed') throw new Error(JSON.stringify(found))
  return found.signature
}

function verdictOf(request: SignedRequest, secret: string, payloadHash: string) {
  return createVerifier().verify(request, signatureOf(request), secret, payloadHash)
}

function s3Request(
  request: Partial<SignedRequest> & { readonly headers: Record<string, string> },
  signedHeaders: string,
  signature: string,
): SignedRequest {
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`
  const headers = {
    host: 'examplebucket.s3.amazonaws.com',
    'x-amz-date': '20130524T000000Z',
    ...request.headers,
    authorization,
  }
  return { method: 'GET', rawPath: '/', rawQuery: '', ...request, headers }
}

test('S3, "Authenticating requests: using the Authorization header": GET with a range', () => {
  const request = s3Request(
    { rawPath: '/test.txt', headers: { range: 'bytes=0-9', 'x-amz-content-sha256': EMPTY } },
    'host;range;x-amz-content-sha256;x-amz-date',
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  )
  expect(verdictOf(request, s3Secret, EMPTY).valid).toBe(true)
})

test('S3, the same chapter: PUT of a key with a dollar sign', () => {
  const payload = sha256('Welcome to Amazon S3.')
  const request = s3Request(
    {
      method: 'PUT',
      rawPath: '/test$file.text',
      headers: {
        date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-content-sha256': payload,
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
    },
    'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
    '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  )
  expect(verdictOf(request, s3Secret, payload).valid).toBe(true)
})

test('S3, the same chapter: a query without a value, and one with two', () => {
  const headers = { 'x-amz-content-sha256': EMPTY }
  const signed = 'host;x-amz-content-sha256;x-amz-date'
  const lifecycle = s3Request(
    { rawQuery: 'lifecycle', headers },
    signed,
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  )
  const list = s3Request(
    { rawQuery: 'prefix=J&max-keys=2', headers },
    signed,
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  )
  expect(verdictOf(lifecycle, s3Secret, EMPTY).valid).toBe(true)
  expect(verdictOf(list, s3Secret, EMPTY).valid).toBe(true)
})

test('S3, "using query parameters": a presigned GET', () => {
  const rawQuery =
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404'
  const headers = { host: 'examplebucket.s3.amazonaws.com' }
  const request = { method: 'GET', rawPath: '/test.txt', rawQuery, headers }
  expect(signatureOf(request)).toMatchObject({ presigned: true, expiresSeconds: 86_400 })
  expect(verdictOf(request, s3Secret, 'UNSIGNED-PAYLOAD').valid).toBe(true)
})

const chunkHeaders = {
  host: 's3.amazonaws.com',
  'x-amz-storage-class': 'REDUCED_REDUNDANCY',
  'content-encoding': 'aws-chunked',
  'x-amz-decoded-content-length': '66560',
}

function chunkedBody(signatures: ReadonlyArray<string>, trailers: string): Buffer {
  const sizes = [65_536, 1_024, 0]
  const parts = sizes.flatMap((size, index) => [
    Buffer.from(`${size.toString(16)};chunk-signature=${signatures[index]}\r\n`),
    Buffer.alloc(size, 'a'),
    Buffer.from(size > 0 ? '\r\n' : ''),
  ])
  return Buffer.concat([...parts, Buffer.from(`${trailers}\r\n`)])
}

function decode(request: SignedRequest, body: Buffer, step: number) {
  const payload = request.headers['x-amz-content-sha256'] ?? ''
  const signature = signatureOf(request)
  const key = createVerifier().keyOf(signature, s3Secret)
  const plan = planObjectBody(request, {
    accessKeyId: 'a',
    accountId: '0',
    callerArn: 'arn',
    proof: undefined,
    region: 'us-east-1',
    payload,
    signing: { key, signature },
  })
  let size = 0
  for (let at = 0; at < body.length; at += step) {
    plan.decoder?.write(body.subarray(at, at + step), (bytes) => {
      size += bytes.length
      for (const check of plan.checks) check.update(bytes)
    })
  }
  plan.decoder?.end()
  for (const check of plan.checks) check.finish()
  return { size, trailing: plan.trailing }
}

test('S3, "Transferring payload in multiple chunks": the seed and three chunk signatures', () => {
  const request = s3Request(
    {
      method: 'PUT',
      rawPath: '/examplebucket/chunkObject.txt',
      headers: {
        ...chunkHeaders,
        'content-length': '66824',
        'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      },
    },
    'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class',
    '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  )
  expect(verdictOf(request, s3Secret, 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD').valid).toBe(true)
  const body = chunkedBody(
    [
      'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
      '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
      'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
    ],
    '',
  )
  expect(body).toHaveLength(66_824)
  for (const step of [1, 7, 1_000, 100_000]) expect(decode(request, body, step).size).toBe(66_560)
  body[200] = 0x62
  expect(() => decode(request, body, 1_000)).toThrow(/does not match the signature you provided/)
})

test('S3, "Transferring payload in multiple chunks, including trailing headers"', () => {
  const request = s3Request(
    {
      method: 'PUT',
      rawPath: '/examplebucket/chunkObject.txt',
      headers: {
        ...chunkHeaders,
        'x-amz-trailer': 'x-amz-checksum-crc32c',
        'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      },
    },
    'content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer',
    '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
  )
  const payload = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER'
  expect(verdictOf(request, s3Secret, payload).valid).toBe(true)
  const signatures = [
    'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
    '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
    '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
  ]
  const trailers =
    'x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n'
  const body = chunkedBody(signatures, trailers)
  expect(decode(request, body, 1_000)).toEqual({ size: 66_560, trailing: { CRC32C: 'sOO8/Q==' } })
  const tampered = chunkedBody(signatures, trailers.replace('sOO8', 'tOO8'))
  expect(() => decode(request, tampered, 1_000)).toThrow(/does not match the signature you/)
})

const suite: ReadonlyArray<[string, Partial<SignedRequest>, Record<string, string>, string]> = [
  [
    'IAM ListUsers of the general reference',
    { rawQuery: 'Action=ListUsers&Version=2010-05-08' },
    {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      host: 'iam.amazonaws.com',
    },
    'iam 5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  ],
  [
    'get-vanilla',
    {},
    {},
    'service 5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  ],
  [
    'get-vanilla-query-order-key-case',
    { rawQuery: 'Param2=value2&Param1=value1' },
    {},
    'service b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'get-vanilla-query-unreserved',
    {
      rawQuery:
        '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
    },
    {},
    'service 9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
  ],
  [
    'get-vanilla-utf8-query',
    { rawQuery: '%E1%88%B4=bar' },
    {},
    'service 2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
  ],
  [
    'get-header-value-trim',
    {},
    { 'my-header1': ' value1', 'my-header2': ' "a   b   c"' },
    'service acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  ],
  [
    'get-slashes (normalised)',
    { rawPath: '//example//' },
    {},
    'service 9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
  ],
]

test.each(suite)('the signature suite: %s', (_name, request, headers, expected) => {
  const [service, value] = expected.split(' ')
  const all: Record<string, string> = {
    host: 'example.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    ...headers,
  }
  const names = Object.keys(all).sort().join(';')
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/${service}/aws4_request, SignedHeaders=${names}, Signature=${value}`
  const whole = {
    method: 'GET',
    rawPath: '/',
    rawQuery: '',
    ...request,
    headers: { ...all, authorization },
  }
  expect(verdictOf(whole, suiteSecret, EMPTY)).toMatchObject({ valid: true })
})

test('a chunk line that never ends, bad hexadecimal and bytes behind the end are refused', () => {
  const write = (text: string) => () => {
    const decoder = createChunkDecoder({ signing: undefined, withTrailers: true })
    decoder.write(Buffer.from(text), () => undefined)
    decoder.end()
  }
  expect(write('5\r\nhello\r\n0\r\n\r\n')).not.toThrow()
  expect(write('x\r\n')).toThrow(/not well-formed/)
  expect(write('-5\r\n')).toThrow(/not well-formed/)
  expect(write('f'.repeat(9_000))).toThrow(/not well-formed/)
  expect(write('5\r\nhelloX\r\n0\r\n\r\n')).toThrow(/not well-formed/)
  expect(write('0\r\n\r\nmore')).toThrow(/not well-formed/)
  expect(write('0\r\nno colon\r\n\r\n')).toThrow(/trailing data/)
  expect(write('5\r\nhel')).toThrow(/terminated unexpectedly/)
  expect(write('5\r\nhello\r\n')).toThrow(/terminated unexpectedly/)
})
