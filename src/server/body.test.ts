import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FakeObjectInput } from '../../test/support/fake-wire.ts'
import { hmac, signedHeaders, signingKey } from '../../test/support/sign.ts'
import type { TestServer } from '../../test/support/test-server.ts'
import { send, startTestServer } from '../../test/support/test-server.ts'
import type { ChecksumAlgorithm } from '../engines/checksum/checksum.ts'
import { checksumAlgorithms, createChecksum } from '../engines/checksum/checksum.ts'
import { trailingChecksums } from '../wire/body-digest.ts'

let server: TestServer
/** Bodies that an operation got whole: an upload that failed must not be among them. */
let stored: string[] = []

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      s3: {
        async PutObject(input: FakeObjectInput) {
          const parts: Buffer[] = []
          for await (const chunk of input.stream) parts.push(chunk as Buffer)
          const text = Buffer.concat(parts).toString('latin1')
          stored.push(text)
          const { 'content-length': length, 'content-encoding': encoding } = input.headers
          const trailing = trailingChecksums(input.stream)
          const size = text.length
          return {
            status: 200,
            headers: {},
            body: JSON.stringify({ size, length, encoding, trailing }),
          }
        },
        PostObject: async () => ({ status: 200, headers: {}, body: '{}' }),
      },
      kinesis: {
        Echo: async (input) => ({ status: 200, headers: {}, body: JSON.stringify(input) }),
      },
    },
    config: { bodyMax: 1_000 },
  })
})
afterAll(() => server.server.drain())

const hello = Buffer.from('hello world')
const sumOf = (algorithm: ChecksumAlgorithm, bytes: Uint8Array) => {
  const checksum = createChecksum(algorithm)
  checksum.update(bytes)
  return checksum.digest().toString('base64')
}

async function put(
  body: Uint8Array,
  extra: Record<string, string>,
  options: { payload?: string; method?: string; target?: string } = {},
) {
  stored = []
  const { method = 'PUT', target = '/b/k', payload } = options
  const headers = signedHeaders({
    method,
    target,
    service: 's3',
    headers: { host: server.host, 'content-length': String(body.length), ...extra },
    body,
    ...(payload !== undefined && { payload }),
  })
  const { status, text } = await send(server, { method, target, headers, body })
  return { status, ...(JSON.parse(text) as Record<string, unknown>) }
}

describe('a body that is not what its head says', () => {
  test('other bytes than the signed ones are XAmzContentSHA256Mismatch', async () => {
    const payload = createHash('sha256').update('hello earth').digest('hex')
    expect(await put(hello, {}, { payload })).toMatchObject({
      status: 400,
      code: 'XAmzContentSHA256Mismatch',
      fields: { ClientComputedContentSHA256: payload },
    })
    expect(stored).toEqual([])
  })

  test('no body at all is compared, too', async () => {
    const payload = createHash('sha256').update('hello').digest('hex')
    expect(await put(Buffer.alloc(0), {}, { payload })).toMatchObject({
      code: 'XAmzContentSHA256Mismatch',
    })
    expect(await put(Buffer.alloc(0), {})).toMatchObject({ status: 200, size: 0 })
  })

  test('Content-MD5 is compared; one that is none is refused at once', async () => {
    const md5 = (text: string) => createHash('md5').update(text).digest('base64')
    expect(await put(hello, { 'content-md5': md5('hello world') })).toMatchObject({ status: 200 })
    expect(await put(hello, { 'content-md5': md5('other') })).toMatchObject({
      status: 400,
      code: 'BadDigest',
      message: 'The Content-MD5 you specified did not match what we received.',
      fields: {
        CalculatedDigest: md5('hello world'),
        ExpectedDigest: createHash('md5').update('other').digest('hex'),
      },
    })
    expect(await put(hello, { 'content-md5': '__invalid__' })).toMatchObject({
      code: 'InvalidDigest',
      fields: { 'Content-MD5': '__invalid__' },
    })
  })

  test.each(checksumAlgorithms)('%s in a header is compared', async (algorithm) => {
    const name = `x-amz-checksum-${algorithm.toLowerCase()}`
    expect(await put(hello, { [name]: sumOf(algorithm, hello) })).toMatchObject({ status: 200 })
    expect(await put(hello, { [name]: sumOf(algorithm, Buffer.from('x')) })).toMatchObject({
      status: 400,
      code: 'BadDigest',
      message: `The ${algorithm} you specified did not match the calculated checksum.`,
    })
    expect(stored).toEqual([])
    expect(await put(hello, { [name]: 'AAA' })).toMatchObject({
      code: 'InvalidRequest',
      message: `Value for ${name} header is invalid.`,
    })
  })

  test('two checksums, an unknown one, and a name without a value are refused', async () => {
    const crc32 = sumOf('CRC32', hello)
    expect(
      await put(hello, {
        'x-amz-checksum-crc32': crc32,
        'x-amz-checksum-sha1': sumOf('SHA1', hello),
      }),
    ).toMatchObject({
      message:
        'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    })
    expect(await put(hello, { 'x-amz-checksum-xxhash64': crc32 })).toMatchObject({
      code: 'InvalidRequest',
      message: expect.stringContaining('CRC64NVME'),
    })
    expect(await put(hello, { 'x-amz-sdk-checksum-algorithm': 'CRC32' })).toMatchObject({
      code: 'InvalidRequest',
      message: expect.stringContaining('no corresponding x-amz-checksum-*'),
    })
  })

  test('the checksum of a whole object is not that of the request that completes it', async () => {
    const options = { method: 'POST', target: '/b/k?uploadId=1' }
    const headers = { 'x-amz-checksum-crc32': sumOf('CRC32', Buffer.from('all parts')) }
    expect(await put(hello, headers, options)).toMatchObject({ status: 200 })
  })

  test('a payload that is neither a digest nor a mode is refused', async () => {
    expect(await put(hello, {}, { payload: 'whatever' })).toMatchObject({
      code: 'InvalidArgument',
      fields: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: 'whatever' },
    })
  })
})

const UNSIGNED_TRAILER = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'

/** A body in aws-chunked encoding, cut where `sizes` say. */
function chunked(bytes: Uint8Array, sizes: ReadonlyArray<number>, trailers: string): Buffer {
  const parts: Uint8Array[] = []
  let at = 0
  for (const size of sizes) {
    const part = bytes.subarray(at, at + size)
    if (part.length === 0) continue
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'))
    at += size
  }
  return Buffer.concat([...parts, Buffer.from(`0\r\n${trailers}\r\n`)])
}

function putChunked(bytes: Uint8Array, body: Uint8Array, extra: Record<string, string> = {}) {
  const headers = {
    'content-encoding': 'gzip, aws-chunked',
    'x-amz-decoded-content-length': String(bytes.length),
    ...extra,
  }
  return put(body, headers, { payload: UNSIGNED_TRAILER })
}

describe('aws-chunked without signatures', () => {
  test.each(checksumAlgorithms)('%s in a trailer is compared and handed on', async (algorithm) => {
    const name = `x-amz-checksum-${algorithm.toLowerCase()}`
    const good = sumOf(algorithm, hello)
    const trailer = { 'x-amz-trailer': name }
    const body = chunked(hello, [4, 100], `${name}:${good}\r\n`)
    expect(await putChunked(hello, body, trailer)).toEqual({
      status: 200,
      size: hello.length,
      length: String(hello.length),
      encoding: 'gzip',
      trailing: { [algorithm]: good },
    })
    const wrong = chunked(hello, [100], `${name}:${sumOf(algorithm, Buffer.from('x'))}\r\n`)
    expect(await putChunked(hello, wrong, trailer)).toMatchObject({
      status: 400,
      code: 'BadDigest',
      message: `The ${algorithm} you specified did not match the calculated checksum.`,
    })
    expect(stored).toEqual([])
  })

  test('a body longer or shorter than declared is IncompleteBody', async () => {
    const body = chunked(hello, [100], '')
    for (const length of ['5', '50']) {
      expect(
        await putChunked(hello, body, { 'x-amz-decoded-content-length': length }),
      ).toMatchObject({ status: 400, code: 'IncompleteBody' })
    }
    expect(stored).toEqual([])
  })

  test('a body whose framing breaks off is IncompleteBody', async () => {
    const body = chunked(hello, [100], '')
    for (const cut of [3, 10, body.length - 3]) {
      expect(await putChunked(hello, body.subarray(0, cut))).toMatchObject({
        code: 'IncompleteBody',
      })
    }
    expect(stored).toEqual([])
  })

  test('a missing length, a missing trailer and a foreign one are refused', async () => {
    const body = chunked(hello, [100], '')
    const headers = { 'content-encoding': 'aws-chunked' }
    expect(await put(body, headers, { payload: UNSIGNED_TRAILER })).toMatchObject({
      status: 411,
      code: 'MissingContentLength',
    })
    const announced = { 'x-amz-trailer': 'x-amz-checksum-crc32' }
    expect(await putChunked(hello, body, announced)).toMatchObject({
      code: 'MalformedTrailerError',
    })
    const sha1 = `x-amz-checksum-sha1:${sumOf('SHA1', hello)}\r\n`
    expect(await putChunked(hello, chunked(hello, [100], sha1), announced)).toMatchObject({
      code: 'MalformedTrailerError',
    })
  })

  test('any cut of any bytes arrives as they were', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 3_000 }),
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 }),
        async (bytes, sizes) => {
          const body = chunked(bytes, [...sizes, 3_000], '')
          expect(await putChunked(bytes, body)).toMatchObject({ status: 200 })
          expect(stored).toEqual([Buffer.from(bytes).toString('latin1')])
        },
      ),
      { seed: 11, numRuns: 40 },
    )
  })
})

describe('aws-chunked with signatures', () => {
  const payload = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'

  async function putSigned(tamper: (body: Buffer) => void) {
    stored = []
    const headers = signedHeaders({
      method: 'PUT',
      target: '/b/k',
      service: 's3',
      headers: {
        host: server.host,
        'content-encoding': 'aws-chunked',
        'x-amz-decoded-content-length': '16384',
      },
      payload,
    })
    const body = signChunks(headers, [Buffer.alloc(8_192, 'a'), Buffer.alloc(8_192, 'b')])
    tamper(body)
    const sent = { ...headers, 'content-length': String(body.length) }
    const { status, text } = await send(server, {
      method: 'PUT',
      target: '/b/k',
      headers: sent,
      body,
    })
    return { status, ...(JSON.parse(text) as Record<string, unknown>) }
  }

  test('arrives, and a changed byte of any chunk is refused', async () => {
    expect(await putSigned(() => undefined)).toMatchObject({ status: 200, size: 16_384 })
    for (const at of [200, 9_000]) {
      const answer = await putSigned((body) => {
        body[at] = 0x7a
      })
      expect(answer).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' })
      expect(stored).toEqual([])
    }
  })
})

function signChunks(headers: Record<string, string>, chunks: ReadonlyArray<Buffer>): Buffer {
  const amzDate = headers['x-amz-date'] ?? ''
  const scope = [amzDate.slice(0, 8), 'us-east-1', 's3', 'aws4_request']
  const key = signingKey('test', scope)
  const hex = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex')
  let previous = /Signature=(\w+)/.exec(headers['authorization'] ?? '')?.[1] ?? ''
  const parts = [...chunks, Buffer.alloc(0)].flatMap((chunk) => {
    const text = [
      'AWS4-HMAC-SHA256-PAYLOAD',
      amzDate,
      scope.join('/'),
      previous,
      hex(''),
      hex(chunk),
    ]
    previous = Buffer.from(hmac(key, text.join('\n'))).toString('hex')
    const head = `${chunk.length.toString(16)};chunk-signature=${previous}\r\n`
    return [Buffer.from(head), chunk, Buffer.from('\r\n')]
  })
  return Buffer.concat(parts)
}

describe('a body that is held in memory', () => {
  const echo = (body: string, extra: Record<string, string> = {}) =>
    send(server, {
      method: 'POST',
      target: '/',
      headers: {
        ...signedHeaders({
          method: 'POST',
          target: '/',
          service: 'kinesis',
          headers: { host: server.host, 'x-amz-target': 'Kinesis_1.Echo' },
          body,
        }),
        ...extra,
      },
      body,
    })
  const filled = (length: number) => JSON.stringify({ a: 'x'.repeat(length - 8) })

  test('is taken at the limit and refused one byte above, declared or not', async () => {
    expect(await echo(filled(1_000))).toMatchObject({ status: 200, text: filled(1_000) })
    expect(await echo(filled(1_001))).toMatchObject({
      status: 413,
      text: expect.stringContaining('RequestEntityTooLargeException'),
    })
    const chunkedBody = { 'transfer-encoding': 'chunked' }
    expect(await echo(filled(1_000), chunkedBody)).toMatchObject({ status: 200 })
    expect(await echo(filled(1_001), chunkedBody)).toMatchObject({ status: 413 })
  })
})
