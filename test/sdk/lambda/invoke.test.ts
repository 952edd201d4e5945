import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import {
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda'
import { expect, test } from 'vitest'
import { client, clientConfig, endpoint, fileAccount } from '../../support/client.ts'
import { createFunction, textOf, zipOf } from './functions-for-tests.ts'

const lambda = new LambdaClient({ ...clientConfig(), maxAttempts: 1 })
const invoke = (FunctionName: string, event: unknown = {}, more: object = {}) =>
  lambda.send(
    new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)), ...more }),
  )
const answer = async (...args: Parameters<typeof invoke>) =>
  JSON.parse(textOf((await invoke(...args)).Payload))

test('a function in Node answers, and its log says how it went', async () => {
  await createFunction(
    'hello',
    `export const handler = async (event, context) => {
      console.log('got', event.name)
      return { hello: event.name, request: context.awsRequestId, left: context.getRemainingTimeInMillis() }
    }`,
  )
  const first = await invoke('hello', { name: 'Ann €' }, { LogType: 'Tail' })
  expect(first).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' })
  expect(first.FunctionError).toBeUndefined()
  const { hello, request, left } = JSON.parse(textOf(first.Payload))
  expect(hello).toBe('Ann €')
  expect(left).toBeGreaterThan(1000)
  expect(left).toBeLessThanOrEqual(3000)
  const log = Buffer.from(first.LogResult ?? '', 'base64').toString()
  expect(log).toMatch(/^INIT_START Runtime Version: node \d+/)
  expect(log).toContain(`START RequestId: ${request} Version: $LATEST\n`)
  expect(log).toMatch(new RegExp(`Z\\t${request}\\tINFO\\tgot Ann €\\n`))
  expect(log).toContain(`END RequestId: ${request}\n`)
  expect(log).toMatch(
    new RegExp(
      `REPORT RequestId: ${request}\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\tMemory Size: 128 MB\\tMax Memory Used: \\d+ MB\\tInit Duration: [\\d.]+ ms\\t\\n$`,
    ),
  )
  const second = await invoke('hello', { name: 'B' }, { LogType: 'Tail' })
  expect(Buffer.from(second.LogResult ?? '', 'base64').toString()).not.toContain('INIT_START')
  await expect
    .poll(
      async () => {
        const logs = client(CloudWatchLogsClient)
        const { events } = await logs.send(
          new FilterLogEventsCommand({ logGroupName: '/aws/lambda/hello', filterPattern: 'got' }),
        )
        return events?.length
      },
      { timeout: 5000 },
    )
    .toBe(2)
  const { logStreams } = await client(CloudWatchLogsClient).send(
    new DescribeLogStreamsCommand({ logGroupName: '/aws/lambda/hello' }),
  )
  expect(logStreams?.[0]?.logStreamName).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/)
})

test('a function in Python answers', async () => {
  await createFunction('snake', '', {
    Runtime: 'python3.11',
    Handler: 'app.handler',
    Code: {
      ZipFile: zipOf({
        'app.py': `
import logging, helper
logging.getLogger().setLevel('INFO')
def handler(event, context):
    logging.info('seen %s', event['n'])
    print('printed')
    return {'twice': helper.twice(event['n']), 'name': context.function_name, 'memory': context.memory_limit_in_mb}
`,
        'helper.py': 'def twice(n): return 2 * n\n',
      }),
    },
  })
  const { Payload, LogResult } = await invoke('snake', { n: 21 }, { LogType: 'Tail' })
  expect(JSON.parse(textOf(Payload))).toEqual({ twice: 42, name: 'snake', memory: '128' })
  const log = Buffer.from(LogResult ?? '', 'base64').toString()
  expect(log).toMatch(/\[INFO\]\t[\d-]+T[\d:.]+Z\t[0-9a-f-]{36}\tseen 21\n/)
  expect(log).toContain('printed\n')
})

test('an error of the handler is Unhandled, with its type, message and trace', async () => {
  await createFunction('bad', `export const handler = async () => { throw new TypeError('no') }`)
  const { StatusCode, FunctionError, Payload } = await invoke('bad')
  expect(StatusCode).toBe(200)
  expect(FunctionError).toBe('Unhandled')
  expect(JSON.parse(textOf(Payload))).toMatchObject({
    errorType: 'TypeError',
    errorMessage: 'no',
    trace: ['TypeError: no', expect.stringMatching(/^ {4}at handler .*index\.mjs:1:\d+\)$/)],
  })
})

test('a hanging, an exiting and a hungry function are ended and said, and others go on', async () => {
  await createFunction('hang', `export const handler = () => { for (;;); }`, { Timeout: 1 })
  await createFunction('exit', `export const handler = async () => process.exit(3)`)
  await createFunction(
    'hungry',
    `const all = []
    export const handler = async () => { for (;;) { all.push(Buffer.alloc(5e6, 1)); await new Promise(setImmediate) } }`,
    { Timeout: 30 },
  )
  const [hang, exit, hungry] = await Promise.all(
    ['hang', 'exit', 'hungry'].map((name) => invoke(name)),
  )
  expect(JSON.parse(textOf(hang?.Payload))).toEqual({
    errorType: 'Sandbox.Timedout',
    errorMessage: expect.stringMatching(
      /^RequestId: \S+ Error: Task timed out after 1.00 seconds$/,
    ),
  })
  expect(JSON.parse(textOf(exit?.Payload))).toEqual({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringMatching(/Runtime exited with error: exit status 3$/),
  })
  expect(JSON.parse(textOf(hungry?.Payload))).toMatchObject({ errorType: 'Runtime.OutOfMemory' })
  expect((await invoke('exit')).FunctionError).toBe('Unhandled')
})

test('new code is what runs from the next event on', async () => {
  await createFunction('fresh', `export const handler = async () => 1`)
  expect(await answer('fresh')).toBe(1)
  await lambda.send(
    new UpdateFunctionCodeCommand({
      FunctionName: 'fresh',
      ZipFile: zipOf({ 'index.mjs': 'export const handler = async () => 2' }),
    }),
  )
  expect(await answer('fresh')).toBe(2)
})

test('a function finds its own environment and credentials that this server takes', async () => {
  await createFunction(
    'inside',
    `export const handler = async () => {
      const { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN, MINE, HOME, TMPDIR } = process.env
      return { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, token: AWS_SESSION_TOKEN.length, MINE, TMPDIR, leaked: process.env.HEADRACE_BUILT }
    }`,
    { Environment: { Variables: { MINE: 'ä b' } } },
  )
  expect(await answer('inside')).toMatchObject({
    AWS_ENDPOINT_URL: endpoint(),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/),
    MINE: 'ä b',
  })
})

test('payloads at the limits pass, one byte more does not', async () => {
  await createFunction(
    'size',
    `export const handler = async ({ reply = 0, text = '' }) => reply ? 'x'.repeat(reply) : text.length`,
    { MemorySize: 512 },
  )
  const sized = (bytes: number) => Buffer.from(JSON.stringify({ text: 'x'.repeat(bytes - 11) }))
  const send = (Payload: Buffer, more: object = {}) =>
    lambda.send(new InvokeCommand({ FunctionName: 'size', Payload, ...more }))
  expect(textOf((await send(sized(6_291_456))).Payload)).toBe(String(6_291_456 - 11))
  await expect(send(sized(6_291_457))).rejects.toMatchObject({
    name: 'RequestEntityTooLargeException',
    message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
    $metadata: { httpStatusCode: 413 },
  })
  const event = { InvocationType: 'Event' }
  expect((await send(sized(1_048_576), event)).StatusCode).toBe(202)
  await expect(send(sized(1_048_577), event)).rejects.toMatchObject({
    name: 'RequestTooLargeException',
  })
  expect((await invoke('size', { reply: 6_291_554 })).FunctionError).toBeUndefined()
  const large = await invoke('size', { reply: 6_291_555 })
  expect(JSON.parse(textOf(large.Payload))).toEqual({
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
  })
})

test('an event that is no JSON is refused, none at all is {}', async () => {
  await createFunction('echo', `export const handler = async (event) => event`)
  await expect(
    lambda.send(new InvokeCommand({ FunctionName: 'echo', Payload: Buffer.from('{no') })),
  ).rejects.toMatchObject({
    name: 'InvalidRequestContentException',
    message: expect.stringContaining('Could not parse request body into json'),
  })
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'echo' }))
  expect(textOf(Payload)).toBe('{}')
  const client64 = Buffer.from(JSON.stringify({ custom: { a: 1 } })).toString('base64')
  await createFunction('context', `export const handler = async (e, c) => c.clientContext`)
  expect(await answer('context', {}, { ClientContext: client64 })).toEqual({ custom: { a: 1 } })
})

test('a dry run runs nothing; a function that is not there is said', async () => {
  expect((await invoke('echo', {}, { InvocationType: 'DryRun' })).StatusCode).toBe(204)
  for (const InvocationType of ['DryRun', 'Event', 'RequestResponse']) {
    await expect(invoke('absent', {}, { InvocationType })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Function not found: arn:aws:lambda:us-east-1:${fileAccount()}:function:absent`,
      $metadata: { httpStatusCode: 404 },
    })
  }
})

test('reserved concurrency throttles what goes beyond it', async () => {
  await createFunction(
    'narrow',
    `export const handler = async () => new Promise((done) => setTimeout(done, 1500, 'ok'))`,
  )
  const reserve = (ReservedConcurrentExecutions: number) =>
    lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: 'narrow', ReservedConcurrentExecutions }),
    )
  await reserve(1)
  const outcomes = await Promise.allSettled([invoke('narrow'), invoke('narrow')])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: {
      name: 'TooManyRequestsException',
      message: 'Rate Exceeded.',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    },
  })
  await reserve(0)
  await expect(invoke('narrow')).rejects.toMatchObject({ name: 'TooManyRequestsException' })
})
