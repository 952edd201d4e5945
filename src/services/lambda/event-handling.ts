import type { Clock } from '../../base/clock.ts'
import { dateOf } from '../../base/clock.ts'
import { EngineError, ServiceError } from '../../base/errors.ts'
import type { TargetEvent } from '../../base/event-target.ts'
import type { Logger } from '../../base/logger.ts'
import type { Scope } from '../../base/scope.ts'
import type { Destinations } from './destinations.ts'
import type { DueEvent, EventFate } from './event-queue.ts'
import { functionArn } from './function-names.ts'
import type { FunctionResolver } from './function-resolver.ts'
import type { InvocationAnswer, Invocations } from './invocations.ts'
import type { InvokeConfig, InvokeConfigs } from './invoke-configs.ts'
import { limits } from './limits.ts'

/** AWS: one minute before the first retry, two before the second (Developer Guide, async errors). */
const RETRY_MS = [60_000, 120_000]
/** AWS: throttled events are tried again from after 1 second up to every 5 minutes. */
const DEFER_FIRST_MS = 1_000
const DEFER_MAX_MS = 300_000

interface HandlingDeps {
  readonly invocations: Invocations
  readonly configs: InvokeConfigs
  readonly destinations: Destinations
  readonly resolver: FunctionResolver
  readonly clock: Clock
  readonly log: Logger
}

/** Runs one asynchronous event, and tells its destination how it ended. */
export function createEventHandling(deps: HandlingDeps) {
  const { invocations, configs, clock, log } = deps

  return async (scope: Scope, event: DueEvent, signal: AbortSignal): Promise<EventFate> => {
    const { target, requestId, payload, clientContext } = event
    const config = await configs.find(scope, target.name, target.qualifier)
    const ageMaxMs = (config?.ageMaxSeconds ?? limits.eventAgeMaxSeconds) * 1000
    if (clock.wallMs() - event.acceptedMs > ageMaxMs) {
      return conclude(deps, scope, event, config, { condition: 'EventAgeExceeded' })
    }
    let answer: InvocationAnswer
    try {
      const context = clientContext === undefined ? {} : { clientContext }
      answer = await invocations.run(scope, target, { payload, requestId, signal, ...context })
    } catch (error) {
      if (isGone(error)) {
        log.warn({ ...scope, ...target, requestId }, 'an event was dropped: its function is gone')
        return 'done'
      }
      if (!isThrottled(error)) throw error
      const waitMs = Math.min(DEFER_FIRST_MS * 2 ** event.deferrals, DEFER_MAX_MS)
      return {
        dueMs: clock.wallMs() + waitMs,
        attempts: event.attempts,
        deferrals: event.deferrals + 1,
      }
    }
    // The server stops and has ended the function: the event is as it was.
    if (signal.aborted && answer.functionError !== undefined) return event
    const attempts = event.attempts + 1
    const tried = { ...event, attempts }
    if (answer.functionError === undefined) {
      return conclude(deps, scope, tried, config, { condition: 'Success', answer })
    }
    if (attempts > (config?.retries ?? limits.eventRetries)) {
      return conclude(deps, scope, tried, config, { condition: 'RetriesExhausted', answer })
    }
    return { dueMs: clock.wallMs() + (RETRY_MS[attempts - 1] ?? 0), attempts, deferrals: 0 }
  }
}

interface Conclusion {
  readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded'
  readonly answer?: InvocationAnswer
}

/** The record to the destination; a failed event itself also to the dead-letter queue or topic. */
async function conclude(
  deps: HandlingDeps,
  scope: Scope,
  event: DueEvent,
  config: InvokeConfig | undefined,
  conclusion: Conclusion,
): Promise<EventFate> {
  const { destinations, clock } = deps
  const { target: source } = event
  const isSuccess = conclusion.condition === 'Success'
  const destination = isSuccess ? config?.onSuccess : config?.onFailure
  if (destination !== undefined) {
    const content = invocationRecord(scope, event, conclusion, clock)
    const objectPrefix = `aws/lambda/async/${source.name}`
    await destinations.send(scope, destination, { source, content, isSuccess, objectPrefix })
  }
  if (isSuccess) return 'done'
  const deadLetterArn = await deadLetterArnOf(deps, scope, event)
  if (deadLetterArn !== undefined) {
    const letter = deadLetter(event, conclusion)
    await destinations.sendToDeadLetters(scope, deadLetterArn, source, letter)
  }
  return 'done'
}

async function deadLetterArnOf({ resolver }: HandlingDeps, scope: Scope, { target }: DueEvent) {
  try {
    return (await resolver.resolve(scope, target)).version.settings.deadLetterArn
  } catch (error) {
    // The function went meanwhile, and its settings with it.
    if (isGone(error)) return undefined
    throw error
  }
}

const ERROR_MESSAGE_CHARACTERS_MAX = 1024

/** AWS: the event as it was, and what went wrong in attributes (Developer Guide, dead letters). */
function deadLetter({ payload, requestId }: DueEvent, { answer }: Conclusion): TargetEvent {
  const said = answer && parse(answer.payload)
  const message =
    typeof said === 'object' && said !== null && 'errorMessage' in said
      ? String(said.errorMessage)
      : 'The event was too old'
  return {
    body: payload,
    attributes: {
      RequestID: { dataType: 'String', text: requestId },
      ErrorCode: { dataType: 'Number', text: '200' },
      ErrorMessage: {
        dataType: 'String',
        text: message.slice(0, ERROR_MESSAGE_CHARACTERS_MAX) || 'null',
      },
    },
  }
}

/** AWS: Developer Guide, "Capturing records of Lambda asynchronous invocations", version 1.0. */
function invocationRecord(
  scope: Scope,
  event: DueEvent,
  { condition, answer }: Conclusion,
  clock: Clock,
): object {
  const { target, requestId, attempts, payload } = event
  const arn = functionArn(scope, { name: target.name, qualifier: target.qualifier ?? '$LATEST' })
  return {
    version: '1.0',
    timestamp: dateOf(clock.wallMs()).toISOString(),
    requestContext: { requestId, functionArn: arn, condition, approximateInvokeCount: attempts },
    requestPayload: parse(payload),
    ...(answer && {
      responseContext: {
        statusCode: 200,
        executedVersion: answer.executedVersion,
        ...(answer.functionError !== undefined && { functionError: answer.functionError }),
      },
      responsePayload: parse(answer.payload),
    }),
  }
}

function parse(payload: Uint8Array): unknown {
  const text = Buffer.from(payload).toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    // A custom runtime may answer anything; it is shown as it is.
    return text
  }
}

function isGone(error: unknown): boolean {
  return error instanceof ServiceError && error.code === 'ResourceNotFoundException'
}

function isThrottled(error: unknown): boolean {
  if (error instanceof EngineError) return error.kind === 'unavailable' || error.kind === 'full'
  return error instanceof ServiceError && error.code === 'TooManyRequestsException'
}
