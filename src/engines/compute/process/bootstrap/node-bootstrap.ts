import { systemClock } from '../../../../base/clock.ts'
import { printConsoleAsLambda, writeWithoutQueue } from './console-lines.ts'
import { environment } from './environment.ts'
import { errorDocument } from './error-document.ts'
import { callHandler } from './handler-call.ts'
import { loadHandler } from './handler-loader.ts'
import { exitWithParent } from './parent.ts'
import type { RuntimeEvent } from './runtime-client.ts'
import { createRuntimeClient } from './runtime-client.ts'

/**
 * Runs a Lambda function written for Node: fetches events from the Runtime API, calls the handler,
 * sends the answers. A program of its own, one bundle, started once for each instance.
 */
const runtime = createRuntimeClient(environment('AWS_LAMBDA_RUNTIME_API'))
const state: { event: RuntimeEvent | undefined } = { event: undefined }

exitWithParent()
writeWithoutQueue()
const print = printConsoleAsLambda(() => state.event?.requestId, systemClock)
refuseStreaming()
for (const [event, errorType] of [
  ['uncaughtException', undefined],
  ['unhandledRejection', 'Runtime.UnhandledPromiseRejection'],
] as const) {
  process.on(event, (error: unknown) => void failAndExit(error, errorType))
}

try {
  const handler = await loadHandler(environment('LAMBDA_TASK_ROOT'), environment('_HANDLER'))
  for (;;) {
    const event = await runtime.next()
    state.event = event
    await handle(handler, event)
    state.event = undefined
  }
} catch (error) {
  await failAndExit(error, undefined)
}

async function handle(
  handler: Awaited<ReturnType<typeof loadHandler>>,
  event: RuntimeEvent,
): Promise<void> {
  let answer: string
  try {
    answer = await callHandler(handler, event, systemClock)
  } catch (error) {
    print('ERROR', 'Invoke Error', JSON.stringify(errorDocument(error)))
    await runtime.fail(event.requestId, errorDocument(error))
    return
  }
  await runtime.answer(event.requestId, answer)
}

/** What nobody caught ends the process; the event that was under way fails with it. */
async function failAndExit(error: unknown, errorType: string | undefined): Promise<void> {
  const document = errorDocument(error, errorType)
  print('ERROR', state.event ? 'Uncaught Exception' : 'Init Error', JSON.stringify(document))
  try {
    if (state.event) await runtime.fail(state.event.requestId, document)
    else await runtime.failInit(document)
  } finally {
    process.exit(1)
  }
}

/** Functions find the name where Lambda has it, and learn that it is not built. */
function refuseStreaming(): void {
  Object.assign(globalThis, {
    awslambda: {
      streamifyResponse() {
        throw new Error('awslambda.streamifyResponse is not supported by Headrace yet')
      },
    },
  })
}
