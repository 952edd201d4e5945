import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { extractModels, modelledServices } from '../../scripts/extract-models.ts'
import { ServiceError } from '../base/errors.ts'
import { CborEncoder, CborTag, decodeCbor } from './codec/cbor.ts'
import { encodeAnyCbor } from './codec/cbor-values.ts'
import { readModelIndex } from './model-index.ts'
import type { WireRequest } from './request.ts'
import { openWire } from './wire.ts'

const modelsDirectory = extractModels()
const wire = openWire({ modelsDirectory, serviceNames: modelledServices })

interface Given extends Partial<Omit<WireRequest, 'stream' | 'bytes'>> {
  readonly body?: string | Buffer
  readonly signingName?: string
}

function requestOf({ body = '', ...given }: Given): WireRequest {
  const bytes = Buffer.from(body as string)
  return {
    method: 'POST',
    rawPath: '/',
    rawQuery: '',
    headers: {},
    ...given,
    stream: Readable.from([bytes]),
    bytes: async () => bytes,
  }
}

async function find(given: Given) {
  const request = requestOf(given)
  const found = await wire.identify(request, given.signingName)
  if (found.kind === 'unknown') {
    const { code, status } = found.error
    const answer = found.writeError(found.error, 'request-1')
    return { unknown: code, status, type: answer.headers['content-type'] }
  }
  const { operation } = found
  return { found: `${operation.service}.${operation.operation}`, operation, request }
}

async function inputOf(given: Given): Promise<unknown> {
  const { operation, request } = await find(given)
  return operation?.readInput(request)
}

const form = 'application/x-www-form-urlencoded; charset=utf-8'
const identity = 'Action=GetCallerIdentity&Version=2011-06-15'
const putRecords = 'Kinesis_20131202.PutRecords'

test.each<[string, Given]>([
  ['kinesis.PutRecords', { headers: { 'x-amz-target': putRecords } }],
  ['kinesis.PutRecords', { rawPath: '/any/', headers: { 'x-amz-target': putRecords } }],
  ['sagemaker.ListModels', { headers: { 'x-amz-target': 'SageMaker.ListModels' } }],
  ['sts.GetCallerIdentity', { headers: { 'content-type': form }, body: identity }],
  ['sts.GetCallerIdentity', { method: 'GET', rawQuery: identity, signingName: 'sts' }],
  [
    'iam.ListRoles',
    { headers: { 'content-type': form }, body: 'Action=ListRoles&Version=2010-05-08' },
  ],
  [
    'sqs.SendMessage',
    {
      rawPath: '/123456789012/q',
      headers: { 'content-type': form },
      body: 'Action=SendMessage',
      signingName: 'sqs',
    },
  ],
  [
    'sqs.ListQueues',
    { method: 'GET', rawQuery: 'Action=ListQueues&Version=2012-11-05', signingName: 'sqs' },
  ],
  ['lambda.Invoke', { rawPath: '/2015-03-31/functions/f/invocations' }],
  ['lambda.ListFunctions', { method: 'GET', rawPath: '/2015-03-31/functions/' }],
  [
    'sagemaker-runtime.InvokeEndpoint',
    { rawPath: '/endpoints/e/invocations', signingName: 'sagemaker' },
  ],
  ['s3.ListBuckets', { method: 'GET' }],
  [
    's3.ListDirectoryBuckets',
    { method: 'GET', rawQuery: 'continuation-token=a', signingName: 's3express' },
  ],
  ['s3.CreateBucket', { method: 'PUT', rawPath: '/b' }],
  ['s3.ListObjects', { method: 'GET', rawPath: '/b/' }],
  ['s3.ListObjectsV2', { method: 'GET', rawPath: '/b', rawQuery: 'list-type=2' }],
  ['s3.GetBucketLocation', { method: 'GET', rawPath: '/b', rawQuery: 'location' }],
  ['s3.GetObject', { method: 'GET', rawPath: '/b/a/b' }],
  ['s3.GetObject', { method: 'GET', rawPath: '/b//' }],
  ['s3.GetObject', { method: 'GET', rawPath: '/endpoints/e/invocations' }],
  ['s3.PutObject', { method: 'PUT', rawPath: '/b/k', headers: { 'content-type': form } }],
  ['s3.CopyObject', { method: 'PUT', rawPath: '/b/k', headers: { 'x-amz-copy-source': '/b/j' } }],
  ['s3.UploadPart', { method: 'PUT', rawPath: '/b/k', rawQuery: 'partNumber=1&uploadId=u' }],
  [
    's3.UploadPartCopy',
    {
      method: 'PUT',
      rawPath: '/b/k',
      rawQuery: 'partNumber=1&uploadId=u',
      headers: { 'x-amz-copy-source': 'b/j' },
    },
  ],
  ['s3.CreateMultipartUpload', { rawPath: '/b/k', rawQuery: 'uploads=' }],
  ['s3.CompleteMultipartUpload', { rawPath: '/b/k', rawQuery: 'uploadId=u' }],
  ['s3.DeleteObjects', { rawPath: '/b', rawQuery: 'delete' }],
])('%s is found from %j', async (operation, given) => {
  expect(await find(given)).toMatchObject({ found: operation })
})

test.each<[Given, string, number, string]>([
  [
    { headers: { 'x-amz-target': 'Kinesis_20131202.Nope' } },
    'UnknownOperationException',
    400,
    'application/x-amz-json-1.1',
  ],
  [
    { headers: { 'x-amz-target': 'Nope_1.PutRecords' } },
    'UnknownOperationException',
    400,
    'application/x-amz-json-1.1',
  ],
  [
    { headers: { 'x-amz-target': 'nonsense' } },
    'UnknownOperationException',
    400,
    'application/x-amz-json-1.1',
  ],
  [
    { headers: { 'x-amz-target': 'AmazonS3.GetObject' } },
    'UnknownOperationException',
    400,
    'application/x-amz-json-1.1',
  ],
  [
    { headers: { 'x-amz-target': 'K.N', 'content-type': 'application/x-amz-cbor-1.1' } },
    'UnknownOperationException',
    400,
    'application/x-amz-cbor-1.1',
  ],
  [
    { headers: { 'content-type': form }, body: 'Action=Nope&Version=2011-06-15' },
    'InvalidAction',
    400,
    'text/xml',
  ],
  [
    { headers: { 'content-type': form }, body: 'Version=2011-06-15' },
    'MissingAction',
    400,
    'text/xml',
  ],
  [
    { headers: { 'content-type': form }, body: identity, signingName: 'iam' },
    'InvalidAction',
    400,
    'text/xml',
  ],
  [
    { rawPath: '/2015-03-31/nothing', signingName: 'lambda' },
    'UnknownOperationException',
    404,
    'application/json',
  ],
  [{ method: 'PATCH', rawPath: '/b/k' }, 'MethodNotAllowed', 405, 'application/xml'],
  [
    { rawPath: '/x', signingName: 'dynamodb' },
    'UnknownOperationException',
    400,
    'application/x-amz-json-1.1',
  ],
])('%j is refused as %s', async (given, code, status, type) => {
  expect(await find(given)).toEqual({ unknown: code, status, type })
})

test('a form for SQS names its queue by the path, and single items without a number', async () => {
  const body =
    'Action=SetQueueAttributes&Version=2012-11-05&Attribute.Name=DelaySeconds&Attribute.Value=5'
  const headers = { 'content-type': form }
  const given = { rawPath: '/123456789012/q', headers, body, signingName: 'sqs' }
  expect(await inputOf(given)).toEqual({
    QueueUrl: '/123456789012/q',
    Attributes: { DelaySeconds: '5' },
  })
  const { operation } = await find(given)
  const error = new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.')
  expect(operation?.writeError(error, 'id').body).toBe(
    '<ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>Sender</Type>' +
      '<Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>The specified queue does not ' +
      'exist for this wsdl version.</Message><Detail/></Error><RequestId>id</RequestId></ErrorResponse>',
  )
})

test('a form that cannot be read is refused with the error of its reading', async () => {
  const tooLarge = new ServiceError('RequestEntityTooLargeException', 'Too large.', { status: 413 })
  const request = {
    ...requestOf({ headers: { 'content-type': form } }),
    bytes: () => Promise.reject(tooLarge),
  }
  expect(await wire.identify(request, 'sts')).toMatchObject({ kind: 'unknown', error: tooLarge })
})

test('a service without a model is refused at start', () => {
  expect(() => openWire({ modelsDirectory, serviceNames: ['nothing'] })).toThrow(/no model/)
})

test('the index names every operation that AWS has', () => {
  const kinesis = readModelIndex(modelsDirectory).services.find(({ name }) => name === 'kinesis')
  expect(kinesis?.operations).toContain('PutRecords')
  expect(kinesis?.operations).toContain('MergeShards')
})

test('Java speaks CBOR with milliseconds, and is answered so', async () => {
  const encoder = new CborEncoder()
  encoder.map(4)
  encoder.text('StreamName')
  encoder.text('s')
  encoder.text('ShardId')
  encoder.text('shardId-000000000000')
  encoder.text('ShardIteratorType')
  encoder.text('AT_TIMESTAMP')
  encoder.text('Timestamp')
  encoder.tag(1)
  encoder.number(1_700_000_000_123)
  const type = 'application/x-amz-cbor-1.1'
  const given = {
    headers: { 'x-amz-target': 'Kinesis_20131202.GetShardIterator', 'content-type': type },
    body: encoder.finish(),
  }
  expect(await inputOf(given)).toMatchObject({ Timestamp: new Date(1_700_000_000_123) })
  const records = [{ Data: Buffer.from('a'), ApproximateArrivalTimestamp: new Date(5) }]
  const { operation } = await find({
    headers: { 'x-amz-target': 'Kinesis_20131202.GetRecords', 'content-type': type },
  })
  const answer = operation?.writeOutput({ Records: records }, 'request-1')
  expect(answer?.headers['content-type']).toBe(type)
  expect(decodeCbor(answer?.body as Buffer)).toEqual({
    Records: [{ Data: Buffer.from('a'), ApproximateArrivalTimestamp: new CborTag(1, 5) }],
  })
  const error = operation?.writeError(new ServiceError('ExpiredIteratorException', 'old'), 'r')
  expect(decodeCbor(error?.body as Buffer)).toEqual({
    __type: 'ExpiredIteratorException',
    message: 'old',
  })
})

test.each(['json', 'cbor'])('a large answer in %s is a stream of known length', async (form) => {
  const { operation } = await find({
    headers: {
      'x-amz-target': 'Kinesis_20131202.GetRecords',
      'content-type': `application/x-amz-${form}-1.1`,
    },
  })
  const sizes = form === 'json' ? [100, 300_000] : [100, 150_000, 300_000]
  for (const size of sizes) {
    const Records = [{ Data: Buffer.alloc(size, 'a'), PartitionKey: 'ключ' }]
    const { headers, body } = operation?.writeOutput({ Records }, 'r') ?? {}
    const isLarge = size === 300_000
    expect([size, body instanceof Readable]).toEqual([size, isLarge])
    if (!(body instanceof Readable)) continue
    const bytes = Buffer.concat(await body.toArray())
    expect(headers?.['content-length']).toBe(String(bytes.length))
    const read = form === 'json' ? JSON.parse(bytes.toString()) : decodeCbor(bytes)
    expect(read.Records[0].PartitionKey).toBe('ключ')
    expect(read.Records[0].Data.length).toBeGreaterThanOrEqual(size)
  }
})

test('rpc-v2-cbor is spoken at its own path', async () => {
  const given = {
    rawPath: '/service/Kinesis_20131202/operation/DescribeLimits',
    headers: { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' },
    body: encodeAnyCbor({}),
  }
  const { operation, found } = await find(given)
  expect(found).toBe('kinesis.DescribeLimits')
  expect(operation?.writeOutput({ ShardLimit: 1 }, 'r').headers).toMatchObject({
    'content-type': 'application/cbor',
    'smithy-protocol': 'rpc-v2-cbor',
  })
  expect(await find({ ...given, rawPath: '/service/x' })).toMatchObject({
    unknown: 'UnknownOperationException',
  })
})

test('what aws-chunked wrapped is described without the wrapping', async () => {
  const headers = {
    'content-encoding': 'aws-chunked,gzip',
    'content-length': '120',
    'x-amz-decoded-content-length': '3',
  }
  expect(await inputOf({ method: 'PUT', rawPath: '/b/k', headers })).toMatchObject({
    ContentEncoding: 'gzip',
    ContentLength: 3,
  })
})

test.each<[string, Given]>([
  ['MalformedXML', { method: 'PUT', rawPath: '/b', rawQuery: 'versioning', body: '<Versioning' }],
  ['MalformedXML', { method: 'PUT', rawPath: '/b', rawQuery: 'versioning', body: '<Other/>' }],
  ['MissingRequestBodyError', { method: 'PUT', rawPath: '/b', rawQuery: 'versioning' }],
  ['InvalidURI', { method: 'GET', rawPath: '/b/%zz' }],
  ['InvalidArgument', { method: 'GET', rawPath: '/b', rawQuery: 'max-keys=a' }],
])('S3 answers %s to %j', async (code, given) => {
  await expect(inputOf(given)).rejects.toMatchObject({ code, status: 400 })
})

test('a date header that is no date counts as absent', async () => {
  const headers = { 'if-modified-since': 'yesterday', 'if-match': '"a"' }
  expect(await inputOf({ method: 'GET', rawPath: '/b/k', headers })).toEqual({
    Bucket: 'b',
    Key: 'k',
    IfMatch: '"a"',
    ChecksumMode: undefined,
  })
})

test('the location of a bucket is the root element itself', async () => {
  const { operation } = await find({ method: 'GET', rawPath: '/b', rawQuery: 'location' })
  const answer = operation?.writeOutput({ LocationConstraint: 'eu-west-1' }, 'r')
  expect(answer?.body).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">eu-west-1</LocationConstraint>',
  )
})

test('a header of an answer never breaks a line', async () => {
  const { operation } = await find({ method: 'GET', rawPath: '/b/k' })
  const answer = operation?.writeOutput(
    { ContentDisposition: 'a\r\nb: c', Metadata: { Name: 'é€' }, Body: 'x' },
    'r',
  )
  expect(answer?.headers).toMatchObject({
    'content-disposition': 'a  b: c',
    'x-amz-meta-name': Buffer.from('é€').toString('latin1'),
  })
})

test('an exception ends a stream of events in the form that clients know', async () => {
  const { operation } = await find({
    headers: { 'x-amz-target': 'Kinesis_20131202.SubscribeToShard' },
  })
  async function* events() {
    yield { SubscribeToShardEvent: { Records: [], ContinuationSequenceNumber: '1' } }
    throw new ServiceError('ResourceNotFoundException', 'gone')
  }
  const { body } = operation?.writeOutput({ EventStream: events() }, 'r') ?? {}
  const text = Buffer.concat(await (body as Readable).toArray()).toString('latin1')
  expect(text.indexOf('initial-response')).toBeGreaterThan(0)
  expect(text.indexOf('SubscribeToShardEvent')).toBeGreaterThan(text.indexOf('initial-response'))
  expect(text).toMatch(/:exception-type.{3}ResourceNotFoundException/s)
  expect(text).toContain('{"message":"gone"}')
})

test('a failure of ours breaks a stream of events off', async () => {
  const { operation } = await find({
    headers: { 'x-amz-target': 'Kinesis_20131202.SubscribeToShard' },
  })
  async function* events(): AsyncGenerator<object> {
    yield { SubscribeToShardEvent: { Records: [] } }
    throw new Error('a bug')
  }
  const { body } = operation?.writeOutput({ EventStream: events() }, 'r') ?? {}
  await expect((body as Readable).toArray()).rejects.toThrow('a bug')
})
