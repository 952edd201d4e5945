import {
  AddPermissionCommand,
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetAccountSettingsCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  ListAliasesCommand,
  ListFunctionsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { client, clientConfig, fileAccount, newAccount } from '../../support/client.ts'
import { createFunction, ROLE, textOf, zipOf } from './functions-for-tests.ts'

const lambda = new LambdaClient({ ...clientConfig(), maxAttempts: 1 })
const source = (value: unknown) => `export const handler = async () => ${JSON.stringify(value)}`
const arnOf = (name: string) => `arn:aws:lambda:us-east-1:${fileAccount()}:function:${name}`
const answer = async (FunctionName: string) =>
  JSON.parse(textOf((await lambda.send(new InvokeCommand({ FunctionName }))).Payload))

test('a function is shown as it was made, with its defaults', async () => {
  const made = await createFunction('made', source(1), { Tags: { team: 'a' } })
  expect(made).toMatchObject({
    FunctionName: 'made',
    FunctionArn: arnOf('made'),
    Runtime: 'nodejs20.x',
    Handler: 'index.handler',
    Role: ROLE,
    Description: '',
    Timeout: 3,
    MemorySize: 128,
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: ['x86_64'],
    EphemeralStorage: { Size: 512 },
    LastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/),
    LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/made' },
  })
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 5 }, { FunctionName: 'made' })
  const { Configuration, Tags } = await lambda.send(
    new GetFunctionCommand({ FunctionName: 'made' }),
  )
  expect(Configuration).toMatchObject({ CodeSha256: made.CodeSha256, RevisionId: made.RevisionId })
  expect(Tags).toEqual({ team: 'a' })
  const byArn = new GetFunctionConfigurationCommand({ FunctionName: arnOf('made') })
  expect((await lambda.send(byArn)).CodeSize).toBe(made.CodeSize)
  await expect(createFunction('made', source(2))).rejects.toMatchObject({
    name: 'ResourceConflictException',
    message: 'Function already exist: made',
    $metadata: { httpStatusCode: 409 },
  })
})

test('settings change, and a change of an old revision is refused', async () => {
  const { RevisionId } = await createFunction('settings', source(1))
  const update = (more: object) =>
    lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'settings', ...more }))
  const changed = await update({
    RevisionId,
    Timeout: 900,
    MemorySize: 10_240,
    Description: 'new',
    Environment: { Variables: { AA: '1' } },
  })
  expect(changed).toMatchObject({ Timeout: 900, MemorySize: 10_240, Description: 'new' })
  expect(changed.Environment?.Variables).toEqual({ AA: '1' })
  await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 5 }, { FunctionName: 'settings' })
  await expect(update({ RevisionId, Timeout: 3 })).rejects.toMatchObject({
    name: 'PreconditionFailedException',
    $metadata: { httpStatusCode: 412 },
  })
  await expect(update({ Timeout: 901 })).rejects.toThrow(/less than or equal to 900/)
  await expect(update({ MemorySize: 10_241 })).rejects.toThrow(/less than or equal to 10240/)
  await expect(update({ MemorySize: 127 })).rejects.toThrow(/greater than or equal to 128/)
})

test('code comes from a bucket as well', async () => {
  const s3 = new S3Client({ ...clientConfig(), forcePathStyle: true })
  const Bucket = `code-${fileAccount()}`
  await s3.send(new CreateBucketCommand({ Bucket }))
  const Body = zipOf({ 'index.mjs': source('from s3') })
  await s3.send(new PutObjectCommand({ Bucket, Key: 'f.zip', Body }))
  await createFunction('bucket', '', { Code: { S3Bucket: Bucket, S3Key: 'f.zip' } })
  expect(await answer('bucket')).toBe('from s3')
  await expect(
    createFunction('no-key', '', { Code: { S3Bucket: Bucket, S3Key: 'absent' } }),
  ).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message:
      'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
  })
  await expect(
    createFunction('no-bucket', '', { Code: { S3Bucket: 'absent-bucket', S3Key: 'k' } }),
  ).rejects.toThrow(/S3 Error Code: NoSuchBucket/)
})

test.each<readonly [string, object, RegExp]>([
  ['a broken zip', { Code: { ZipFile: Buffer.from('no zip') } }, /Could not unzip uploaded file/],
  ['a zip that leads out', { Code: { ZipFile: zipOf({ '../x': '' }) } }, /Could not unzip/],
  ['no code', { Code: {} }, /Please provide a source for function code/],
  [
    'an image',
    { PackageType: 'Image', Code: { ImageUri: 'x' } },
    /PackageType Image is not supported/,
  ],
  [
    'layers',
    { Layers: ['arn:aws:lambda:us-east-1:000000000000:layer:l:1'] },
    /Layers is not supported/,
  ],
  [
    'a dead letter queue',
    { DeadLetterConfig: { TargetArn: 'arn:aws:sqs:us-east-1:000000000000:q' } },
    /does not have permissions to call SendMessage on SQS/,
  ],
  [
    'a retired runtime',
    { Runtime: 'nodejs12.x' },
    /The runtime parameter of nodejs12.x is no longer supported/,
  ],
  ['a runtime that no machine has', { Runtime: 'cobol' }, /failed to satisfy constraint/],
  [
    'a runtime that this machine lacks',
    { Runtime: 'java21' },
    /java21 is not supported by Headrace on this machine/,
  ],
  [
    'a reserved variable',
    { Environment: { Variables: { AWS_REGION: 'x' } } },
    /Reserved keys used in this request: AWS_REGION/,
  ],
  [
    'too large an environment',
    { Environment: { Variables: { AA: 'x'.repeat(4096) } } },
    /exceeded the 4KB limit/,
  ],
  ['no handler', { Handler: undefined }, /Runtime and Handler are mandatory/],
  ['a role that is no ARN', { Role: 'r1' }, /'role' failed to satisfy constraint/],
])('%s is refused', async (_name, more, message) => {
  await expect(createFunction('refused', source(1), more)).rejects.toThrow(message)
})

test('versions keep their code, aliases move between them', async () => {
  await createFunction('versioned', source('one'))
  const FunctionName = 'versioned'
  const publish = (more: object = {}) =>
    lambda.send(new PublishVersionCommand({ FunctionName, ...more }))
  expect(await publish({ Description: 'first' })).toMatchObject({
    Version: '1',
    Description: 'first',
    FunctionArn: `${arnOf('versioned')}:1`,
  })
  expect((await publish()).Version).toBe('1')
  const updated = await lambda.send(
    new UpdateFunctionCodeCommand({
      FunctionName,
      ZipFile: zipOf({ 'index.mjs': source('two') }),
      Publish: true,
    }),
  )
  expect(updated.Version).toBe('2')
  await expect(publish({ CodeSha256: 'other' })).rejects.toThrow(/is different from current/)
  expect([await answer('versioned:1'), await answer('versioned:2')]).toEqual(['one', 'two'])
  const { Versions } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }))
  expect(Versions?.map(({ Version }) => Version)).toEqual(['$LATEST', '1', '2'])

  const alias = await lambda.send(
    new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }),
  )
  expect(alias.AliasArn).toBe(`${arnOf('versioned')}:live`)
  expect(await answer('versioned:live')).toBe('one')
  await lambda.send(new UpdateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '2' }))
  expect(await answer(`${arnOf('versioned')}:live`)).toBe('two')
  const found = await lambda.send(new GetAliasCommand({ FunctionName, Name: 'live' }))
  expect(found.FunctionVersion).toBe('2')
  const { Aliases } = await lambda.send(new ListAliasesCommand({ FunctionName }))
  expect(Aliases?.map(({ Name }) => Name)).toEqual(['live'])
  await expect(
    lambda.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' })),
  ).rejects.toThrow(`Alias already exists: ${arnOf('versioned')}:live`)
  await expect(
    lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '2' })),
  ).rejects.toMatchObject({ name: 'ResourceConflictException' })
  await lambda.send(new DeleteAliasCommand({ FunctionName, Name: 'live' }))
  await expect(lambda.send(new GetAliasCommand({ FunctionName, Name: 'live' }))).rejects.toThrow(
    `Cannot find alias arn: ${arnOf('versioned')}:live`,
  )
  await lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '2' }))
  await expect(answer('versioned:2')).rejects.toThrow(`Function not found: ${arnOf('versioned')}:2`)
  expect(await answer('versioned')).toBe('two')
})

test('functions are listed page by page, and a deleted one is gone', async () => {
  const own = client(LambdaClient, { account: newAccount() })
  const names = ['a', 'b', 'c', 'd', 'e']
  const { CreateFunctionCommand } = await import('@aws-sdk/client-lambda')
  for (const FunctionName of names) {
    await own.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: 'nodejs20.x',
        Handler: 'index.handler',
        Role: ROLE,
        Code: { ZipFile: zipOf({ 'index.mjs': source(1) }) },
      }),
    )
  }
  const found: string[] = []
  let Marker: string | undefined
  do {
    const page = await own.send(new ListFunctionsCommand({ MaxItems: 2, Marker }))
    found.push(...(page.Functions ?? []).map(({ FunctionName = '' }) => FunctionName))
    Marker = page.NextMarker
  } while (Marker)
  expect(found).toEqual(names)
  const settings = await own.send(new GetAccountSettingsCommand({}))
  expect(settings.AccountUsage?.FunctionCount).toBe(5)
  await own.send(new DeleteFunctionCommand({ FunctionName: 'c' }))
  await expect(own.send(new GetFunctionCommand({ FunctionName: 'c' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
  const { Functions } = await own.send(new ListFunctionsCommand({ FunctionVersion: 'ALL' }))
  expect(Functions?.map(({ FunctionName }) => FunctionName)).toEqual(['a', 'b', 'd', 'e'])
})

test('tags and reserved concurrency are kept', async () => {
  await createFunction('kept', source(1))
  const Resource = arnOf('kept')
  await lambda.send(new TagResourceCommand({ Resource, Tags: { a: '1', b: '2' } }))
  await lambda.send(new UntagResourceCommand({ Resource, TagKeys: ['a'] }))
  expect((await lambda.send(new ListTagsCommand({ Resource }))).Tags).toEqual({ b: '2' })
  await expect(
    lambda.send(new TagResourceCommand({ Resource: `${Resource}:live`, Tags: { a: '1' } })),
  ).rejects.toThrow(/Tags on function aliases and versions are not supported/)

  const FunctionName = 'kept'
  const get = () => lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }))
  expect((await get()).ReservedConcurrentExecutions).toBeUndefined()
  await lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 900 }),
  )
  expect((await get()).ReservedConcurrentExecutions).toBe(900)
  await expect(
    lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 901 }),
    ),
  ).rejects.toThrow(/below its minimum value of \[100\]/)
  await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }))
  expect((await get()).ReservedConcurrentExecutions).toBeUndefined()
})

test('permissions make a policy, statement by statement', async () => {
  await createFunction('open', source(1))
  const FunctionName = 'open'
  const policy = () => lambda.send(new GetPolicyCommand({ FunctionName }))
  await expect(policy()).rejects.toThrow('No policy is associated with the given resource.')
  const { Statement } = await lambda.send(
    new AddPermissionCommand({
      FunctionName,
      StatementId: 's3',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      SourceArn: 'arn:aws:s3:::bucket',
      SourceAccount: '000000000000',
    }),
  )
  expect(JSON.parse(Statement ?? '')).toEqual({
    Sid: 's3',
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: arnOf('open'),
    Condition: {
      StringEquals: { 'AWS:SourceAccount': '000000000000' },
      ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::bucket' },
    },
  })
  await expect(
    lambda.send(
      new AddPermissionCommand({
        FunctionName,
        StatementId: 's3',
        Action: 'lambda:InvokeFunction',
        Principal: '000000000000',
      }),
    ),
  ).rejects.toThrow(/The statement id \(s3\) provided already exists/)
  expect(JSON.parse((await policy()).Policy ?? '')).toMatchObject({
    Version: '2012-10-17',
    Id: 'default',
    Statement: [{ Sid: 's3' }],
  })
  const remove = () => lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: 's3' }))
  await remove()
  await expect(remove()).rejects.toThrow('No policy is associated with the given resource.')
})
