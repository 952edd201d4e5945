import type { Clock } from '../../../../base/clock.ts'
import { environment } from './environment.ts'
import { RuntimeError } from './error-document.ts'
import type { Handler } from './handler-loader.ts'
import type { RuntimeEvent } from './runtime-client.ts'

/**
 * Calls the handler in each of the ways that Lambda knows: it answers a promise, or it takes a
 * callback (or `context.succeed`, `fail`, `done`) and the answer goes out when the event loop is
 * empty. Resolves to the answer as JSON; rejects with what the handler threw.
 */
export async function callHandler(
  handler: Handler,
  event: RuntimeEvent,
  clock: Clock,
): Promise<string> {
  const input = parseEvent(event.payload)
  let settle: (error: unknown, value?: unknown) => void = () => undefined
  const called = new Promise<unknown>((resolve, reject) => {
    settle = (error, value) =>
      error === null || error === undefined ? resolve(value) : reject(toError(error))
  })
  const context = contextOf(event, clock, settle)
  const returned = handler(input, context, settle)
  if (isPromise(returned)) {
    return toJson(await beforeLoopIsEmpty(Promise.resolve(returned), unsettled))
  }
  const nothing = Symbol('nothing')
  const value = await beforeLoopIsEmpty(called, () => nothing)
  if (value === nothing) return 'null'
  if (context.callbackWaitsForEmptyEventLoop) {
    await beforeLoopIsEmpty(new Promise(() => undefined), () => nothing)
  }
  return toJson(value)
}

function parseEvent(payload: string): unknown {
  try {
    return JSON.parse(payload)
  } catch (error) {
    throw new RuntimeError('Runtime.MalformedEvent', String(error))
  }
}

/** `beforeExit` tells that nothing is left that could settle the promise. */
function beforeLoopIsEmpty(promise: Promise<unknown>, otherwise: () => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onEmpty = () => {
      try {
        resolve(otherwise())
      } catch (error) {
        reject(error)
      }
    }
    process.once('beforeExit', onEmpty)
    promise.then(resolve, reject).finally(() => process.off('beforeExit', onEmpty))
  })
}

function unsettled(): never {
  throw new RuntimeError(
    'Runtime.NodeJsExit',
    'The promise that the handler returned was never settled, and nothing is left to wait for',
  )
}

/** AWS: what a callback gets as its error may be a plain text. */
function toError(error: unknown): unknown {
  return typeof error === 'string' ? new Error(error) : error
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? 'null'
  } catch (error) {
    throw new RuntimeError(
      'Runtime.UnhandledError',
      `Unable to stringify response body: ${error instanceof Error ? error.message : error}`,
    )
  }
}

function contextOf(
  event: RuntimeEvent,
  clock: Clock,
  settle: (error: unknown, value?: unknown) => void,
) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment('AWS_LAMBDA_FUNCTION_NAME'),
    functionVersion: environment('AWS_LAMBDA_FUNCTION_VERSION'),
    memoryLimitInMB: environment('AWS_LAMBDA_FUNCTION_MEMORY_SIZE'),
    logGroupName: environment('AWS_LAMBDA_LOG_GROUP_NAME'),
    logStreamName: environment('AWS_LAMBDA_LOG_STREAM_NAME'),
    clientContext: event.clientContext ? JSON.parse(event.clientContext) : undefined,
    identity: undefined,
    invokedFunctionArn: event.functionArn,
    awsRequestId: event.requestId,
    getRemainingTimeInMillis: () => event.deadlineMs - clock.wallMs(),
    succeed: (value: unknown) => settle(null, value),
    fail: (error: unknown) => settle(error ?? new Error('handled')),
    done: settle,
  }
}
