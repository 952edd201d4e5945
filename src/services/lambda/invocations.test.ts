import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { createLambdaStage, functionSettings, scope } from '../../../test/support/lambda-nouns.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { EngineError } from '../../base/errors.ts'
import type { FunctionSpec, InvocationOutcome } from '../../engines/compute/port.ts'
import { createLambdaNouns } from './lambda-nouns.ts'

const zip = Buffer.from(zipSync({ 'index.mjs': new Uint8Array([1]) }))
const settings = {
  ...functionSettings,
  environment: { MINE: 'yes' },
}

async function setUp(outcome: () => Promise<Partial<InvocationOutcome>>) {
  const { clock, advance } = createVirtualClock(Date.UTC(2026, 0, 2))
  let spec: FunctionSpec | undefined
  const stage = createLambdaStage({
    clock,
    async handler(given, event) {
      spec = given
      void event.onLog('hello')
      return outcome()
    },
  })
  const lambda = createLambdaNouns(stage.deps)
  await lambda.functions.create(scope, { name: 'f', settings, zip, tags: {} })
  const invoke = () =>
    lambda.invocations.run(scope, { name: 'f' }, { payload: Buffer.from('{}'), requestId: 'id' })
  return { ...stage, ...lambda, advance, invoke, spec: () => spec }
}

test('the log has what Lambda writes around the lines of the function', async () => {
  const { invoke, advance, lines } = await setUp(async () => ({ initDurationMs: 100 }))
  const answer = await invoke()
  await advance(200)
  expect(lines.map(({ message }) => message)).toEqual([
    'INIT_START Runtime Version: fake 1 (for nodejs20.x)\n',
    'START RequestId: id Version: $LATEST\n',
    'hello\n',
    'END RequestId: id\n',
    'REPORT RequestId: id\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 50 MB\tInit Duration: 100.00 ms\t\n',
  ])
  expect(lines[0]).toMatchObject({
    group: '/aws/lambda/f',
    stream: '2026/01/02/[$LATEST]instance',
  })
  expect(answer.logTail).toBe(lines.map(({ message }) => message).join(''))
})

test.each<readonly [Partial<InvocationOutcome>, object]>([
  [
    { kind: 'timed-out' },
    {
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: id Error: Task timed out after 3.00 seconds',
    },
  ],
  [
    { kind: 'exited', reason: 'exit status 1', outOfMemory: false },
    {
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: id Error: Runtime exited with error: exit status 1',
    },
  ],
  [
    { kind: 'exited', reason: '', outOfMemory: false },
    {
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: id Error: Runtime exited without providing a reason',
    },
  ],
  [
    { kind: 'exited', reason: 'signal: killed', outOfMemory: true },
    {
      errorType: 'Runtime.OutOfMemory',
      errorMessage: 'RequestId: id Error: Runtime exited with error: signal: killed',
    },
  ],
])('%j is an unhandled error', async (outcome, document) => {
  const { invoke } = await setUp(async () => outcome)
  const answer = await invoke()
  expect(answer.functionError).toBe('Unhandled')
  expect(JSON.parse(Buffer.from(answer.payload).toString())).toEqual(document)
})

test('the function finds Lambda, its credentials and this server in its environment', async () => {
  const { invoke, spec } = await setUp(async () => ({}))
  await invoke()
  expect(spec()?.environment).toEqual({ MINE: 'yes' })
  expect(spec()?.instanceEnvironment?.('instance')).toMatchObject({
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'ASIA',
    AWS_SESSION_TOKEN: 'token',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    AWS_LAMBDA_FUNCTION_NAME: 'f',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/02/[$LATEST]instance',
  })
})

test('reserved concurrency is held, one past it is refused, and none at all stops the function', async () => {
  const waiting: Array<() => void> = []
  const { functions, invoke } = await setUp(
    () => new Promise((resolve) => waiting.push(() => resolve({}))),
  )
  await functions.change(scope, 'f', (record) => ({ ...record, reservedConcurrency: 2 }))
  const running = [invoke(), invoke()]
  await expect.poll(() => waiting.length).toBe(2)
  const throttled = {
    code: 'TooManyRequestsException',
    status: 429,
    fields: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
  }
  await expect(invoke()).rejects.toMatchObject(throttled)
  for (const release of waiting) release()
  await Promise.all(running)
  await functions.change(scope, 'f', (record) => ({ ...record, reservedConcurrency: 0 }))
  await expect(invoke()).rejects.toMatchObject(throttled)
})

test('a full engine is a throttle, a runtime that is gone is said by name', async () => {
  const full = await setUp(() => Promise.reject(new EngineError('full', 'too many')))
  await expect(full.invoke()).rejects.toMatchObject({ code: 'TooManyRequestsException' })
  const gone = await setUp(() => Promise.reject(new EngineError('unsupported', 'no python')))
  await expect(gone.invoke()).rejects.toMatchObject({ code: 'InvalidRuntimeException' })
})
