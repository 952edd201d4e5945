import { parseArn } from '../../base/arn.ts'
import type { Clock } from '../../base/clock.ts'
import { dateOf } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { EventTarget, TargetEvent } from '../../base/event-target.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Random } from '../../base/random.ts'
import type { Invocation } from './invocations.ts'
import { schedulerLimits } from './limits.ts'
import type { TargetCheck } from './target-check.ts'
import { SCHEDULER_PRINCIPAL, serviceOf } from './target-check.ts'

/** Takes one invocation to its target, or to where it goes when that is given up. */
export interface Invoker {
  /** Answers when to try again; undefined when it is over. */
  invoke(invocation: Invocation): Promise<number | undefined>
}

/** What takes longer is tried again, so that one slow target holds up nobody for long. */
const TIMEOUT_MS = 10_000
const BACK_OFF_FIRST_MS = 1_000
const BACK_OFF_MAX_MS = 600_000

export function createInvoker(deps: {
  readonly targets: ReadonlyMap<string, EventTarget>
  readonly targetCheck: TargetCheck
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
}): Invoker {
  const { targetCheck, clock, random, log, metrics } = deps

  async function deliver(arn: string, event: TargetEvent, invocation: Invocation): Promise<void> {
    const receiver = deps.targets.get(serviceOf(arn) ?? '')
    if (!receiver) throw new ServiceError('ResourceNotFoundException', `${arn} cannot be reached.`)
    const { scope, scheduleArn, target } = invocation
    await targetCheck.checkRole(scope, invocation.name, target.roleArn)
    const { roleArn } = target
    const sender = { principal: SCHEDULER_PRINCIPAL, sourceArn: scheduleArn, scope, roleArn }
    const stop = new AbortController()
    const late = clock.sleep(TIMEOUT_MS, stop.signal).then(() => {
      if (!stop.signal.aborted) throw new Error(`${arn} did not answer in time`)
    })
    try {
      await Promise.race([receiver.deliver(arn, event, sender), late])
    } finally {
      stop.abort()
    }
  }

  /** To the dead-letter queue, if there is one. False when that has to be tried again. */
  async function bury(invocation: Invocation, why: Reason): Promise<boolean> {
    const { deadLetterArn } = invocation.target
    const labels = { service: 'scheduler', resource: invocation.scheduleArn }
    metrics.record('headrace_failed_records_total', labels, 1)
    if (deadLetterArn === undefined) return true
    try {
      const executionId = newExecutionId(random)
      const body = Buffer.from(inputOf(invocation, executionId))
      const attributes = deadLetterAttributes(invocation, executionId, why)
      await deliver(deadLetterArn, { body, attributes }, invocation)
      return true
    } catch (error) {
      log.warn({ arn: deadLetterArn, err: error }, 'a dead-letter queue took no invocation')
      return isFinal(error)
    }
  }

  return {
    async invoke(invocation) {
      const { target, attempts, createdMs, scheduleArn } = invocation
      try {
        const event = eventOf(invocation, newExecutionId(random))
        await deliver(target.arn, event, invocation)
        const labels = { service: 'scheduler', resource: scheduleArn }
        metrics.record('headrace_delivered_records_total', labels, 1)
        return undefined
      } catch (error) {
        log.warn({ schedule: scheduleArn, err: error }, 'a schedule did not reach its target')
        const ageMs = (target.ageSecondsMax ?? schedulerLimits.eventAgeSecondsMax) * 1_000
        const isOld = clock.wallMs() - createdMs >= ageMs
        const isTried = attempts >= (target.retriesMax ?? schedulerLimits.retriesMax)
        const exhausted = isOld ? 'MaximumEventAgeInSeconds' : 'MaximumRetryAttempts'
        const why = { error, ...(!isFinal(error) && { exhausted }) }
        if ((isFinal(error) || isOld || isTried) && (await bury(invocation, why))) return undefined
        const restMs = Math.min(BACK_OFF_FIRST_MS * 2 ** attempts, BACK_OFF_MAX_MS)
        return clock.wallMs() + Math.ceil(restMs * (0.5 + random.unit() / 2))
      }
    },
  }
}

interface Reason {
  readonly error: unknown
  readonly exhausted?: string
}

/** AWS: what is gone, or refuses, is not tried again. */
function isFinal(error: unknown): boolean {
  return error instanceof ServiceError && error.status < 500 && error.status !== 429
}

function eventOf(invocation: Invocation, executionId: string): TargetEvent {
  const { partitionKey, messageGroupId, event } = invocation.target
  const input = inputOf(invocation, executionId)
  return {
    body: Buffer.from(event ? busEvent(invocation, event, input) : input),
    ...(partitionKey !== undefined && { partitionKey }),
    ...(messageGroupId !== undefined && { groupId: messageGroupId }),
  }
}

function busEvent(
  { scheduleArn, atMs }: Invocation,
  { detailType, source }: { readonly detailType: string; readonly source: string },
  input: string,
): string {
  return JSON.stringify({
    ...{ 'detail-type': detailType, source, resources: [scheduleArn] },
    ...{ time: timeText(atMs), detail: JSON.parse(input) as unknown },
  })
}

/**
 * The input with the context attributes filled in.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
function inputOf(invocation: Invocation, executionId: string): string {
  const { scheduleArn, atMs, attempts, target } = invocation
  if (target.input === undefined) return target.event ? '{}' : defaultInput(invocation, executionId)
  const values: Readonly<Record<string, string>> = {
    'schedule-arn': scheduleArn,
    'scheduled-time': timeText(atMs),
    'execution-id': executionId,
    'attempt-number': String(attempts + 1),
  }
  return target.input.replace(
    /<aws\.scheduler\.(schedule-arn|scheduled-time|execution-id|attempt-number)>/g,
    (_, name: string) => values[name] ?? '',
  )
}

/** AWS: a schedule without an input sends this; its detail is a text. */
function defaultInput({ scheduleArn, atMs }: Invocation, executionId: string): string {
  const { accountId = '', region = '' } = parseArn(scheduleArn) ?? {}
  return JSON.stringify({
    ...{ version: '0', id: executionId, 'detail-type': 'Scheduled Event' },
    ...{ source: 'aws.scheduler', account: accountId, time: timeText(atMs), region },
    ...{ resources: [scheduleArn], detail: '{}' },
  })
}

function deadLetterAttributes(
  { scheduleArn, target, attempts, atMs }: Invocation,
  executionId: string,
  { error, exhausted }: Reason,
): NonNullable<TargetEvent['attributes']> {
  const code = error instanceof ServiceError ? error.code : 'InternalServerError'
  const values = {
    ERROR_CODE: code,
    ERROR_MESSAGE: (error instanceof Error && error.message) || code,
    EXECUTION_ID: executionId,
    IS_PAYLOAD_TRUNCATED: 'false',
    RETRY_ATTEMPTS: String(attempts),
    SCHEDULED_TIME: timeText(atMs),
    SCHEDULE_ARN: scheduleArn,
    TARGET_ARN: target.arn,
    ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: exhausted }),
  }
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => [name, { dataType: 'String', text }]),
  )
}

function newExecutionId(random: Random): string {
  return random.bytes(8).toString('hex')
}

function timeText(ms: number): string {
  return dateOf(ms)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
}
