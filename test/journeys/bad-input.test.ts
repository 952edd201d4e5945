import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BadInputServer, BadMessage } from '../support/bad-input.ts'
import { startForBadInput } from '../support/bad-input.ts'

/** Requests that no SDK would send, at one running server: each is answered as AWS answers it. */

let server: BadInputServer
let bucket: string

beforeAll(async () => {
  server = await startForBadInput()
  bucket = `/bad-${server.account}`
  expect(await objects({ method: 'PUT', target: bucket })).toMatchObject({ status: 200 })
  expect(await objects({ method: 'PUT', target: `${bucket}/kept`, body: 'kept' })).toMatchObject({
    status: 200,
  })
  await new KinesisClient(server.config).send(
    new CreateStreamCommand({ StreamName: 'kept', ShardCount: 1 }),
  )
})

beforeEach(() => async () => {
  await server.expectAlive()
  expect(await objects({ method: 'GET', target: `${bucket}/kept` })).toMatchObject({
    status: 200,
    text: 'kept',
  })
})

afterAll(async () => {
  // Nothing of this was the server's own fault.
  expect(server.log()).toBe('')
  expect(await server.stop()).toBe(0)
})

const JSON_TYPE = 'application/x-amz-json-1.1'
const CBOR_TYPE = 'application/x-amz-cbor-1.1'
const XML_ERROR =
  '<Code>MalformedXML</Code><Message>The XML you provided was not well-formed or did not validate against our published schema</Message>'

const objects = (message: BadMessage) => server.call('s3', message)

function streams(operation: string, body: string | Uint8Array, more: BadMessage = {}) {
  const type = typeof body === 'string' ? JSON_TYPE : CBOR_TYPE
  const headers = { 'content-type': type, 'x-amz-target': `Kinesis_20131202.${operation}` }
  return server.call('kinesis', { ...more, headers: { ...headers, ...more.headers }, body })
}

const functions = (body: string, target = '/2015-03-31/functions') =>
  server.call('lambda', { target, headers: { 'content-type': 'application/json' }, body })

const tokens = (body: string) =>
  server.call('sts', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body })

describe('a body that is no document of its format', () => {
  test.each([
    ['an open object', '{"Limit": 1'],
    ['a word', 'hello'],
    ['two documents', '{} {}'],
    ['half a string', '{"StreamName": "\\u00'],
  ])('JSON: %s is a SerializationException', async (_what, body) => {
    const reply = await streams('DescribeLimits', body)
    expect(failure(reply)).toEqual([400, 'SerializationException'])
  })

  test('CBOR: half a map is a SerializationException in CBOR', async () => {
    const reply = await streams('ListStreams', Buffer.from('a1654c696d69', 'hex'))
    expect(reply.status).toBe(400)
    expect(reply.headers['content-type']).toBe(CBOR_TYPE)
    expect(reply.text).toContain('SerializationException')
  })

  test('REST JSON: half an object is Lambda’s InvalidRequestContentException', async () => {
    const reply = await functions('{"FunctionName": ')
    expect(reply.status).toBe(400)
    expect(reply.headers['x-amzn-errortype']).toBe('InvalidRequestContentException')
    expect(JSON.parse(reply.text)).toMatchObject({
      Type: 'User',
      message: expect.stringMatching(/^Could not parse request body into json: /),
    })
  })

  test.each([
    ['an open element', '?delete', 'POST', '<Delete><Object>'],
    ['another document', '?delete', 'POST', '<Tagging/>'],
    ['text', '?tagging', 'PUT', 'hello'],
    ['entities', '?tagging', 'PUT', '<!DOCTYPE x [<!ENTITY a "aa">]><Tagging>&a;</Tagging>'],
    ['an element of 200,000 levels', '?tagging', 'PUT', '<a>'.repeat(200_000)],
  ])('XML: %s is MalformedXML', async (_what, query, method, body) => {
    const reply = await objects({ method, target: bucket + query, body })
    expect(reply.status).toBe(400)
    expect(reply.text).toContain(XML_ERROR)
  })

  test('a form without an action is MissingAction', async () => {
    const reply = await tokens('%%%=%zz&')
    expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('MissingAction')])
  })

  test.each([
    ['lists', `{"x":${'['.repeat(500_000)}${']'.repeat(500_000)}}`],
    ['objects', '{"a":'.repeat(500_000)],
    ['CBOR lists', Buffer.concat([Buffer.from('a16178', 'hex'), Buffer.alloc(500_000, 0x81)])],
  ])('%s nested 500,000 deep are refused before they are walked', async (_what, body) => {
    const reply = await streams('ListStreams', body)
    expect(reply.status).toBe(400)
    expect(reply.text).toContain('SerializationException')
    expect(reply.text).toContain('Nested deeper than 64 levels')
  })

  test('a CBOR string that claims four gigabytes takes no memory', async () => {
    const reply = await streams('ListStreams', Buffer.from('a1615a5bffffffffffffff00', 'hex'))
    expect(reply.status).toBe(400)
    expect(reply.text).toContain('SerializationException')
  })
})

describe('values that are not of their kind', () => {
  test.each([
    ['a number for a string', '{"StreamName": 5}', /TruncatingBigNumber can not be converted/],
    ['a string for a number', '{"StreamName": "a", "ShardCount": "x"}', /String can not be/],
    ['a list for the input', '[]', /Start of list found where not expected/],
  ])('%s is a SerializationException', async (_what, body, message) => {
    const reply = await streams('CreateStream', body)
    expect(failure(reply)).toEqual([400, 'SerializationException'])
    expect(JSON.parse(reply.text).Message).toMatch(message)
  })

  test('broken base64 is told with what is wrong in it', async () => {
    const reply = await streams(
      'PutRecord',
      '{"StreamName":"kept","PartitionKey":"k","Data":"***"}',
    )
    expect(failure(reply)).toEqual([400, 'SerializationException'])
    expect(JSON.parse(reply.text).Message).toContain('can not be converted to a Blob')
  })

  test('all constraints that an input breaks are told at once', async () => {
    const reply = await streams('CreateStream', '{"StreamName": "", "ShardCount": 0}')
    expect(failure(reply)).toEqual([400, 'ValidationException'])
    expect(JSON.parse(reply.text).message).toMatch(/^3 validation errors detected: Value '' at/)
  })

  test('501 records in one PutRecords are refused and none of them is stored', async () => {
    const Records = Array.from({ length: 501 }, () => ({ Data: 'eA==', PartitionKey: 'k' }))
    const reply = await streams('PutRecords', JSON.stringify({ StreamName: 'kept', Records }))
    expect(failure(reply)).toEqual([400, 'ValidationException'])
    expect(reply.text).toContain('Member must have length less than or equal to 500')
    expect(await recordsOf('kept')).toEqual([])
  })

  test('a PutRecords over ten megabytes is refused and none of it is stored', async () => {
    const Data = Buffer.alloc(1_040_000).toString('base64')
    const Records = Array.from({ length: 11 }, () => ({ Data, PartitionKey: 'k' }))
    const reply = await streams('PutRecords', JSON.stringify({ StreamName: 'kept', Records }))
    expect(failure(reply)).toEqual([400, 'InvalidArgumentException'])
    expect(await recordsOf('kept')).toEqual([])
  })
})

describe('names that nobody has', () => {
  test('an unknown stream is told with its account', async () => {
    const reply = await streams('DescribeStreamSummary', '{"StreamName": "nope"}')
    expect(failure(reply)).toEqual([400, 'ResourceNotFoundException'])
    expect(JSON.parse(reply.text).message).toBe(
      `Stream nope under account ${server.account} not found.`,
    )
  })

  test.each([
    ['operation', 'Kinesis_20131202.Nope'],
    ['target', 'Nope_20131202.ListStreams'],
    ['shape of a target', '..%2e'],
  ])('an unknown %s is an UnknownOperationException', async (_what, target) => {
    const reply = await streams('ListStreams', '{}', { headers: { 'x-amz-target': target } })
    expect(failure(reply)).toEqual([400, 'UnknownOperationException'])
  })

  test('an operation that is not built is refused by its name', async () => {
    const target = 'AmazonAthena.CreateNotebook'
    const headers = { 'content-type': JSON_TYPE, 'x-amz-target': target }
    const body = '{"WorkGroup": "primary", "Name": "kept"}'
    const reply = await server.call('athena', { headers, body })
    expect(failure(reply)).toEqual([501, 'NotImplementedException'])
    expect(reply.text).toContain('CreateNotebook')
  })

  test('an unknown action, path or method is told in the words of its service', async () => {
    const action = await tokens('Action=Nope&Version=2011-06-15')
    expect([action.status, action.text]).toEqual([
      400,
      expect.stringContaining('<Code>InvalidAction</Code>'),
    ])
    const path = await functions('{}', '/2015-03-31/nope')
    expect([path.status, path.headers['x-amzn-errortype']]).toEqual([
      404,
      'UnknownOperationException',
    ])
    const method = await objects({ method: 'PATCH', target: `${bucket}/kept`, body: 'x' })
    expect([method.status, method.text]).toEqual([405, expect.stringContaining('MethodNotAllowed')])
  })
})

describe('a caller who is not who he says', () => {
  test.each([
    [
      'a wrong secret',
      { secretAccessKey: 'no' },
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
    ],
    [
      'an unknown key',
      { accessKeyId: 'AKIANOBODY' },
      'UnrecognizedClientException',
      'InvalidAccessKeyId',
    ],
    [
      'a signature of an hour ago',
      { date: hourAgo() },
      'InvalidSignatureException',
      'RequestTimeTooSkewed',
    ],
  ])('%s is refused', async (_what, more, code, objectCode) => {
    expect(failure(await streams('ListStreams', '{}', more))).toEqual([400, code])
    const reply = await objects({ method: 'GET', target: `${bucket}/kept`, ...more })
    expect([reply.status, reply.text]).toEqual([
      403,
      expect.stringContaining(`<Code>${objectCode}</Code>`),
    ])
  })

  test('a body that was changed on its way is refused', async () => {
    const headers = { 'content-type': JSON_TYPE, 'x-amz-target': 'Kinesis_20131202.ListStreams' }
    const signed = server.headersFor('kinesis', { headers, body: '{}' })
    const reply = await server.callUnsigned({ headers: signed, body: '{"Limit":1}' })
    expect(failure(reply)).toEqual([400, 'InvalidSignatureException'])
  })

  test('no signature at all is refused', async () => {
    const headers = { 'content-type': JSON_TYPE, 'x-amz-target': 'Kinesis_20131202.ListStreams' }
    expect(failure(await server.callUnsigned({ headers, body: '{}' }))).toEqual([
      400,
      'MissingAuthenticationTokenException',
    ])
    const reply = await server.callUnsigned({ method: 'GET', target: `${bucket}/kept` })
    expect([reply.status, reply.text]).toEqual([403, expect.stringContaining('AccessDenied')])
  })

  test('a presigned URL that has expired says when; one that was changed is no signature', async () => {
    const expired = server.presigned('GET', `${bucket}/kept`, 60, hourAgo())
    const late = await server.callUnsigned({ method: 'GET', target: expired })
    expect(late.status).toBe(403)
    expect(late.text).toMatch(
      /<Code>AccessDenied<\/Code><Message>Request has expired<\/Message><X-Amz-Expires>60</,
    )
    const good = server.presigned('GET', `${bucket}/kept`, 60, new Date())
    const right = await server.callUnsigned({ method: 'GET', target: good })
    expect([right.status, right.text]).toEqual([200, 'kept'])
    const longer = good.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000')
    const changed = await server.callUnsigned({ method: 'GET', target: longer })
    expect([changed.status, changed.text]).toEqual([
      403,
      expect.stringContaining('<Code>SignatureDoesNotMatch</Code>'),
    ])
  })
})

describe('a head that is too much', () => {
  test('a key of 1,024 bytes is an object, one of 1,025 is KeyTooLongError', async () => {
    // Bytes, not characters: every ü is two of them.
    const key = encodeURIComponent('ü').repeat(512)
    const put = await objects({ method: 'PUT', target: `${bucket}/${key}`, body: 'long' })
    expect(put.status).toBe(200)
    const got = await objects({ method: 'GET', target: `${bucket}/${key}` })
    expect([got.status, got.text]).toEqual([200, 'long'])
    const reply = await objects({ method: 'PUT', target: `${bucket}/${key}k`, body: 'long' })
    expect(reply.status).toBe(400)
    expect(reply.text).toMatch(/<Code>KeyTooLongError<\/Code>.*<Size>1025<.*<MaxSizeAllowed>1024</)
  })

  test('headers of 100,000 bytes are 431, metadata of 3,000 is MetadataTooLarge', async () => {
    const put = (size: number) =>
      objects({
        method: 'PUT',
        target: `${bucket}/headed`,
        headers: { 'x-amz-meta-a': 'x'.repeat(size) },
        body: 'x',
      })
    expect(await put(100_000)).toMatchObject({ status: 431 })
    const reply = await put(3_000)
    expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('MetadataTooLarge')])
    expect(await objects({ method: 'GET', target: `${bucket}/headed` })).toMatchObject({
      status: 404,
    })
  })

  test('ten thousand headers are refused', async () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`x-${n}`, 'x']))
    expect(await server.callUnsigned({ headers: many })).toMatchObject({ status: 431 })
  })
})

function failure({ status, text }: { status: number; text: string }) {
  return [status, JSON.parse(text).__type]
}

function hourAgo(): Date {
  return new Date(Date.now() - 3_600_000)
}

async function recordsOf(StreamName: string): Promise<unknown[]> {
  const at = { StreamName, ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' }
  const { ShardIterator } = JSON.parse((await streams('GetShardIterator', JSON.stringify(at))).text)
  const reply = await streams('GetRecords', JSON.stringify({ ShardIterator }))
  return JSON.parse(reply.text).Records
}
