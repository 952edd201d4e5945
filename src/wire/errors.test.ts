import { afterAll, beforeAll, expect, test } from 'vitest'
import { extractModels, modelledServices } from '../../scripts/extract-models.ts'
import type { WireServer } from '../../test/support/wire-server.ts'
import { createAnyClient, startWireServer } from '../../test/support/wire-server.ts'
import { ServiceError } from '../base/errors.ts'
import { openWire } from './wire.ts'

// How the errors of operations look to the callers of real clients.

let server: WireServer
let thrown: ServiceError

beforeAll(async () => {
  const wire = openWire({ modelsDirectory: extractModels(), serviceNames: modelledServices })
  server = await startWireServer(wire, async (operation, request) => {
    try {
      await operation.readInput(request)
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      return operation.writeError(error, 'request-1')
    }
    return operation.writeError(thrown, 'request-1')
  })
})

afterAll(() => server.close())

async function failureOf(service: string, operation: string, input: object): Promise<unknown> {
  const client = createAnyClient(service, server.endpoint)
  try {
    return await client.send(operation, input).then(
      () => 'no failure',
      (error) => error,
    )
  } finally {
    client.destroy()
  }
}

const role = { RoleArn: 'arn:aws:iam::123456789012:role/r', RoleSessionName: 'session' }

test.each([
  ['kinesis', 'DescribeStream', { StreamName: 's' }, 'ResourceNotFoundException', 400],
  ['kinesis', 'DescribeStream', { StreamName: 's' }, 'NotInTheModelException', 400],
  ['glue', 'GetDatabase', { Name: 'd' }, 'EntityNotFoundException', 400],
  ['kafka', 'DescribeCluster', { ClusterArn: 'c' }, 'NotFoundException', 404],
  ['lambda', 'GetFunction', { FunctionName: 'f' }, 'ResourceNotFoundException', 404],
  ['lambda', 'GetFunction', { FunctionName: 'f' }, 'NotInTheModelException', 400],
  ['lambda', 'GetFunction', { FunctionName: 'f' }, 'ServiceException', 500],
  ['s3', 'GetObject', { Bucket: 'b', Key: 'k' }, 'NoSuchKey', 404],
  ['s3', 'GetObject', { Bucket: 'b', Key: 'k' }, 'NotInTheModel', 400],
  ['iam', 'GetRole', { RoleName: 'r' }, 'NoSuchEntityException', 404],
  ['sts', 'AssumeRole', role, 'RegionDisabledException', 403],
])('%s %s %j fails with %s and status %i', async (service, operation, input, code, status) => {
  thrown = new ServiceError(code, 'It is <so> & "not" otherwise.')
  const failure = await failureOf(service, operation, input)
  expect(failure).toMatchObject({
    name: code,
    message: 'It is <so> & "not" otherwise.',
    $metadata: { httpStatusCode: status, requestId: 'request-1' },
  })
})

test('a status that the service gave is kept', async () => {
  thrown = new ServiceError('SomethingElse', 'no', { status: 503 })
  const failure = await failureOf('kinesis', 'ListStreams', {})
  expect(failure).toMatchObject({ $metadata: { httpStatusCode: 503 } })
})

test('further members of an error reach the caller', async () => {
  thrown = new ServiceError('TooManyRequestsException', 'wait', {
    fields: { Reason: 'CallerRateLimitExceeded', retryAfterSeconds: '3' },
  })
  const failure = await failureOf('lambda', 'GetFunction', { FunctionName: 'f' })
  expect(failure).toMatchObject({
    Reason: 'CallerRateLimitExceeded',
    retryAfterSeconds: '3',
    Type: 'User',
  })
  thrown = new ServiceError('BadRequestException', 'no', { fields: { InvalidParameter: 'arn' } })
  expect(await failureOf('kafka', 'DescribeCluster', { ClusterArn: 'c' })).toMatchObject({
    message: 'no',
    InvalidParameter: 'arn',
  })
  thrown = new ServiceError('NoSuchBucket', 'gone', { status: 404, fields: { BucketName: 'b' } })
  expect(await failureOf('s3', 'ListObjectsV2', { Bucket: 'b' })).toMatchObject({
    name: 'NoSuchBucket',
    BucketName: 'b',
  })
})

test('an error of HEAD is told by its status, without a body', async () => {
  thrown = new ServiceError('NoSuchKey', 'none', { status: 404 })
  expect(await failureOf('s3', 'HeadObject', { Bucket: 'b', Key: 'k' })).toMatchObject({
    name: 'NotFound',
    $metadata: { httpStatusCode: 404 },
  })
})

test.each([
  ['athena', 'StartQueryExecution', { QueryString: '' }, 'InvalidRequestException'],
  ['cloudwatch-logs', 'CreateLogGroup', { logGroupName: '' }, 'InvalidParameterException'],
  ['firehose', 'PutRecord', { DeliveryStreamName: '!' }, 'ValidationException'],
  ['glue', 'CreateDatabase', { DatabaseInput: { Name: '' } }, 'ValidationException'],
  ['iam', 'CreateRole', { RoleName: 'r' }, 'ValidationError'],
  ['kinesis', 'CreateStream', { StreamName: '!' }, 'ValidationException'],
  ['lambda', 'CreateFunction', { FunctionName: 'f' }, 'ValidationException'],
  ['sagemaker', 'CreateModel', { ModelName: '!' }, 'ValidationException'],
  ['sagemaker-runtime', 'InvokeEndpoint', { EndpointName: '!' }, 'ValidationError'],
  ['sts', 'AssumeRole', { ...role, RoleSessionName: '!' }, 'ValidationError'],
])('%s %s refuses input by its own code', async (service, operation, input, code) => {
  const failure = await failureOf(service, operation, input)
  expect(failure).toMatchObject({
    name: code,
    message: expect.stringMatching(/^\d validation errors? detected: Value .* at '/),
    $metadata: { httpStatusCode: 400 },
  })
})

test.each([
  ['ListObjectsV2', { Bucket: 'b', EncodingType: 'x' }, 'InvalidArgument'],
  ['PutObject', { Bucket: 'b', Key: 'k', Body: 'x', StorageClass: 'x' }, 'InvalidStorageClass'],
  [
    'PutBucketVersioning',
    { Bucket: 'b', VersioningConfiguration: { Status: 'x' } },
    'MalformedXML',
  ],
  ['DeleteObjects', { Bucket: 'b', Delete: { Objects: [{}] } }, 'MalformedXML'],
])('S3 %s %j fails with %s', async (operation, input, code) => {
  expect(await failureOf('s3', operation, input)).toMatchObject({ name: code })
})
