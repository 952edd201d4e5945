import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BadInputServer, BadMessage } from '../support/bad-input.ts'
import { startForBadInput } from '../support/bad-input.ts'
import { rawConnection, rawHead } from '../support/raw-connection.ts'

/** Bodies that are not what was said of them, and clients that do not say what they should in time. */

const HEADER_TIMEOUT_MS = 400
const IDLE_TIMEOUT_MS = 800

let server: BadInputServer
let bucket: string

beforeAll(async () => {
  server = await startForBadInput({
    flags: ['--header-timeout', `${HEADER_TIMEOUT_MS}`, '--idle-timeout', `${IDLE_TIMEOUT_MS}`],
  })
  bucket = `/bodies-${server.account}`
  await objects({ method: 'PUT', target: bucket })
  await objects({ method: 'PUT', target: `${bucket}/kept`, body: 'kept' })
})

beforeEach(() => async () => {
  await server.expectAlive()
  const kept = await objects({ method: 'GET', target: `${bucket}/kept` })
  expect([kept.status, kept.text]).toEqual([200, 'kept'])
})

afterAll(async () => {
  expect(server.log()).toBe('')
  expect(await server.stop()).toBe(0)
})

const objects = (message: BadMessage) => server.call('s3', message)
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** The keys that the bucket has besides the one that was there. */
async function stored(): Promise<string[]> {
  const { text } = await objects({ method: 'GET', target: `${bucket}?list-type=2` })
  const keys = [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key)
  return keys.filter((key) => key !== 'kept')
}

/** The head of an upload, right but for what the caller says of its body. */
function uploadHead(length: number, more: BadMessage = {}): string {
  const target = `${bucket}/half`
  const headers = { 'content-length': String(length), ...more.headers }
  const signed = server.headersFor('s3', { method: 'PUT', target, ...more, headers })
  return rawHead(`PUT ${target}`, signed)
}

describe('a body that is not as long as was said', () => {
  test('a shorter one is kept by nobody, whether the client leaves or stays', async () => {
    const leaves = await rawConnection(server.port)
    leaves.write(uploadHead(100, { payload: 'UNSIGNED-PAYLOAD' }))
    leaves.write('only this')
    leaves.socket.end()
    await leaves.closed()
    const stays = await rawConnection(server.port)
    stays.write(uploadHead(100, { payload: 'UNSIGNED-PAYLOAD' }))
    stays.write('only this')
    const text = await stays.received(/<\/Error>/)
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
    expect(text).toContain('<Code>RequestTimeout</Code>')
    await stays.closed()
    expect(await stored()).toEqual([])
  })

  test('a longer one is cut where its length was: the rest is no request, and is told so', async () => {
    const connection = await rawConnection(server.port)
    connection.write(uploadHead(5, { payload: 'UNSIGNED-PAYLOAD' }))
    connection.write('12345 and more than that\r\n\r\n')
    const text = await connection.closed()
    expect(text).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*HTTP\/1\.1 400 Bad Request/)
    const got = await objects({ method: 'GET', target: `${bucket}/half` })
    expect(got.text).toBe('12345')
    await objects({ method: 'DELETE', target: `${bucket}/half` })
  })

  test('a signed hash finds the longer and the shorter one', async () => {
    const connection = await rawConnection(server.port)
    connection.write(uploadHead(5, { payload: sha256('12345678') }))
    connection.write('12345')
    const text = await connection.received(/<\/Error>/)
    expect(text).toContain('<Code>XAmzContentSHA256Mismatch</Code>')
    connection.destroy()
    expect(await stored()).toEqual([])
  })

  test.each([
    ['more', 'b\r\nhello world\r\n0\r\n\r\n'],
    ['less', '2\r\nhe\r\n0\r\n\r\n'],
    ['without its end', '5\r\nhello\r\n'],
  ])('a chunked one that has %s is IncompleteBody', async (_what, body) => {
    const reply = await objects({
      method: 'PUT',
      target: `${bucket}/half`,
      payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      headers: { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '5' },
      body,
    })
    expect(reply.status).toBe(400)
    expect(reply.text).toContain('<Code>IncompleteBody</Code>')
    expect(await stored()).toEqual([])
  })

  test.each([
    ['sizes that are no numbers', 'xyz\r\nhello\r\n0\r\n\r\n'],
    ['a chunk of a petabyte', 'fffffffffffff\r\nhello\r\n0\r\n\r\n'],
  ])('framing with %s is refused', async (_what, body) => {
    const reply = await objects({
      method: 'PUT',
      target: `${bucket}/half`,
      payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      headers: { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '5' },
      body,
    })
    expect(reply.status).toBe(400)
    expect(reply.text).toMatch(/<Code>(InvalidRequest|IncompleteBody)<\/Code>/)
    expect(await stored()).toEqual([])
  })

  test('a length that is no number, or two lengths, are no request', async () => {
    for (const lengths of ['content-length: x', 'content-length: 1\r\ncontent-length: 2']) {
      const connection = await rawConnection(server.port)
      connection.write(`POST / HTTP/1.1\r\nhost: ${server.host}\r\n${lengths}\r\n\r\nxx`)
      expect(await connection.closed()).toMatch(/^HTTP\/1\.1 400 Bad Request/)
    }
  })

  test('a body over the limit of the server is 413', async () => {
    const connection = await rawConnection(server.port)
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Kinesis_20131202.PutRecords',
      'content-length': '72000000',
    }
    connection.write(rawHead('POST /', server.headersFor('kinesis', { headers })))
    const text = await connection.received(/RequestEntityTooLargeException/)
    expect(text).toMatch(/^HTTP\/1\.1 413 /)
    connection.destroy()
  })
})

/** Digests of `right`, computed by other programs. */
const digestOfRight = {
  CRC32: 'tMp1FA==',
  CRC32C: 'OFKvfQ==',
  CRC64NVME: 'N62ptYAZrro=',
  SHA1: '0nofEXcSAJSXFLGvmfBIpBb11vQ=',
  SHA256: 'JwQvTm7KfQsqfuQCbfLs+lHTM55tEiqgmRGOzYVjutk=',
  SHA512:
    'VclyEGoLMmex4fp699WE3c9gUe5RYw2knM6A2VOZI5DNbkxxityFK+t2GKciG346A+6ubG+1LTqIBWZcNX9rHw==',
  MD5: 'fE8pQHiTwzSmy3qHvwRcDQ==',
}

describe.each(Object.entries(digestOfRight))('%s', (algorithm, digest) => {
  const header = `x-amz-checksum-${algorithm.toLowerCase()}`
  const inHeader = (value: string) =>
    objects({ method: 'PUT', target: `${bucket}/sum`, headers: { [header]: value }, body: 'right' })
  const inTrailer = (value: string) =>
    objects({
      method: 'PUT',
      target: `${bucket}/sum`,
      payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      headers: {
        'content-encoding': 'aws-chunked',
        'x-amz-decoded-content-length': '5',
        'x-amz-trailer': header,
      },
      body: `5\r\nright\r\n0\r\n${header}:${value}\r\n\r\n`,
    })

  test('that does not match is BadDigest in header and trailer, and nothing is stored', async () => {
    const wrong = Buffer.alloc(Buffer.from(digest, 'base64').length).toString('base64')
    for (const send of [inHeader, inTrailer]) {
      const reply = await send(wrong)
      expect(reply.status).toBe(400)
      expect(reply.text).toContain(
        `<Code>BadDigest</Code><Message>The ${algorithm} you specified did not match the calculated checksum.`,
      )
    }
    expect(await stored()).toEqual([])
  })

  test('that is none is refused, and the right one is taken', async () => {
    for (const send of [inHeader, inTrailer]) {
      const reply = await send('none')
      expect(reply.status).toBe(400)
      expect(reply.text).toContain(`<Message>Value for ${header} header is invalid.`)
      expect(await stored()).toEqual([])
      expect((await send(digest)).status).toBe(200)
      expect(await stored()).toEqual(['sum'])
      await objects({ method: 'DELETE', target: `${bucket}/sum` })
    }
  })
})

test('a Content-MD5 that does not match is BadDigest, one that is none is InvalidDigest', async () => {
  const put = (md5: string) =>
    objects({
      method: 'PUT',
      target: `${bucket}/md5`,
      headers: { 'content-md5': md5 },
      body: 'hello',
    })
  const wrong = await put(Buffer.alloc(16).toString('base64'))
  expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('<Code>BadDigest<')])
  const none = await put('hello')
  expect([none.status, none.text]).toEqual([400, expect.stringContaining('<Code>InvalidDigest<')])
  expect(await stored()).toEqual([])
})

describe('slow and silent clients', () => {
  test('a hundred that never finish their heads are told 408 and let go', async () => {
    const many = await Promise.all(Array.from({ length: 100 }, () => rawConnection(server.port)))
    for (const { write } of many) write('GET / HTTP/1.1\r\nhost: x\r\nx-slow: ')
    for (const { closed } of many) expect(await closed()).toMatch(/^HTTP\/1\.1 408 /)
  })

  test('one that drips its head byte by byte is let go in time all the same', async () => {
    const connection = await rawConnection(server.port)
    connection.write('GET / HTTP/1.1\r\nhost: x\r\nx-slow: ')
    const drip = setInterval(() => connection.write('a'), 50)
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 408 /)
    clearInterval(drip)
  })

  test('those that say nothing at all are let go', async () => {
    const many = await Promise.all(Array.from({ length: 100 }, () => rawConnection(server.port)))
    for (const { closed } of many) await closed()
  })

  test('a slow upload that never stops moving is taken however long it is under way', async () => {
    const connection = await rawConnection(server.port)
    connection.write(uploadHead(10, { payload: 'UNSIGNED-PAYLOAD' }))
    for (const digit of '0123456789') {
      connection.write(digit)
      await new Promise((resolve) => setTimeout(resolve, IDLE_TIMEOUT_MS / 4))
    }
    expect(await connection.received(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 200 /)
    connection.destroy()
    const got = await objects({ method: 'GET', target: `${bucket}/half` })
    expect(got.text).toBe('0123456789')
    await objects({ method: 'DELETE', target: `${bucket}/half` })
  })

  test('one that does not read its answer is let go, and others are served meanwhile', async () => {
    const target = `${bucket}/large`
    await objects({ method: 'PUT', target, body: Buffer.alloc(32 << 20) })
    const connection = await rawConnection(server.port)
    connection.socket.pause()
    const signed = server.headersFor('s3', { method: 'GET', target })
    connection.write(rawHead(`GET ${target}`, signed))
    const whole = await objects({ method: 'GET', target })
    expect(whole.text.length).toBe(32 << 20)
    await new Promise((resolve) => setTimeout(resolve, IDLE_TIMEOUT_MS * 3))
    connection.socket.resume()
    const text = await connection.closed()
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
    expect(text.length).toBeLessThan(32 << 20)
    await objects({ method: 'DELETE', target })
  })
})
