import { ServiceError } from '../../../base/errors.ts'
import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { tooLarge } from '../lambda-errors.ts'
import { limits } from '../limits.ts'

/**
 * Runs the function and waits (`RequestResponse`), takes the event durably (`Event`), or only looks
 * whether it could (`DryRun`).
 */
export const invoke: LambdaOperation<'Invoke'> = {
  name: 'Invoke',
  refuses: ['DurableExecutionName', 'TenantId'],
  async run({ resolver, invocations, queue }, input, scope) {
    const target = parseFunctionName(scope, input.FunctionName, input.Qualifier)
    const payload = input.Payload ?? Buffer.alloc(0)
    const type = input.InvocationType ?? 'RequestResponse'
    checkPayload(payload, type)
    const clientContext = input.ClientContext && decodeContext(input.ClientContext)
    const event = { payload, ...(clientContext !== undefined && { clientContext }) }
    if (type === 'DryRun') {
      await resolver.resolve(scope, target)
      return { StatusCode: 204 }
    }
    if (type === 'Event') {
      await resolver.resolve(scope, target)
      await queue.accept(scope, { target, ...event })
      return { StatusCode: 202 }
    }
    const answer = await invocations.run(scope, target, event)
    return {
      StatusCode: 200,
      ExecutedVersion: answer.executedVersion,
      Payload: answer.payload,
      ...(answer.functionError !== undefined && { FunctionError: answer.functionError }),
      ...(input.LogType === 'Tail' && {
        LogResult: Buffer.from(answer.logTail).toString('base64'),
      }),
    }
  },
}

function checkPayload(payload: Uint8Array, type: string): void {
  const sizeBytes = payload.byteLength
  if (type === 'Event' && sizeBytes > limits.eventBytesMax) {
    throw new ServiceError(
      'RequestTooLargeException',
      `${sizeBytes} byte payload is too large for the Event invocation type (limit ${limits.eventBytesMax} bytes)`,
      { status: 413 },
    )
  }
  if (sizeBytes > limits.requestBytesMax) {
    throw tooLarge(
      `Request must be smaller than ${limits.requestBytesMax} bytes for the InvokeFunction operation`,
    )
  }
  if (sizeBytes === 0) return
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch (error) {
    throw new ServiceError(
      'InvalidRequestContentException',
      `Could not parse request body into json: Could not parse payload into json: ${error instanceof Error ? error.message : error}`,
      { cause: error, fields: { Type: 'User' } },
    )
  }
}

/** The header is base64; runtimes get the JSON. */
function decodeContext(text: string): string {
  const json = Buffer.from(text, 'base64').toString('utf8')
  try {
    JSON.parse(json)
    return json.replaceAll('\n', ' ')
  } catch (error) {
    throw new ServiceError(
      'InvalidRequestContentException',
      'Client context must be a valid Base64-encoded JSON object.',
      { cause: error, fields: { Type: 'User' } },
    )
  }
}
