import { formatArn, parseArn } from '../../base/arn.ts'
import type { Clock } from '../../base/clock.ts'
import { dateOf } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { EventSender, EventTarget, TargetEvent } from '../../base/event-target.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { ObjectAccess } from '../s3/objects/object-access.ts'
import type { FunctionInvoker } from './function-invoker.ts'
import type { FunctionTarget } from './function-names.ts'
import { functionArn } from './function-names.ts'
import type { FunctionResolver } from './function-resolver.ts'
import { invalidParameter, unsupported } from './lambda-errors.ts'

/** Where records of finished or failed invocations go, in the name of the function's role. */
export interface Destinations {
  /** Throws `InvalidParameterValueException` for what is not there, does not let in or is not built. */
  validate(
    scope: Scope,
    source: FunctionTarget,
    arn: string,
    kinds: ReadonlyArray<DestinationKind>,
  ): Promise<void>
  /** Throws `InvalidParameterValueException` for what `DeadLetterConfig` cannot name. */
  validateDeadLetters(scope: Scope, source: Source, arn: string): Promise<void>
  /**
   * Resolves once the destination has it durably, or has refused it: what is refused is counted and
   * dropped, as on AWS (its metric DestinationDeliveryErrors).
   */
  send(scope: Scope, arn: string, record: DestinationRecord): Promise<void>
  /** The event itself, to the queue or topic of `DeadLetterConfig`; else as `send`. */
  sendToDeadLetters(
    scope: Scope,
    arn: string,
    source: FunctionTarget,
    event: TargetEvent,
  ): Promise<void>
}

/** A function that may be about to be made, and the role that it has. */
export interface Source {
  readonly name: string
  readonly role: string
}

export interface DestinationRecord {
  readonly source: FunctionTarget
  readonly content: object
  readonly isSuccess: boolean
  /** Where in a bucket it lies. */
  readonly objectPrefix: string
}

/** The service parts of ARNs. */
export type DestinationKind = 'lambda' | 's3' | 'sqs' | 'sns' | 'events'

interface DestinationsDeps {
  readonly objects: ObjectAccess
  readonly invoker: () => FunctionInvoker
  readonly resolver: FunctionResolver
  readonly functionExists: (scope: Scope, arn: string) => Promise<boolean>
  /** Asked when something is sent: they are made after the functions. */
  readonly targets: () => ReadonlyArray<EventTarget>
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
}

export function createDestinations(deps: DestinationsDeps): Destinations {
  const { objects, invoker, functionExists, clock, random, log, metrics } = deps
  const send = createSending(deps)

  /** AWS: `…/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random UUID>` (Developer Guide, S3 destinations). */
  function keyOf(prefix: string): string {
    const [day = '', time = ''] = dateOf(clock.wallMs()).toISOString().split(/[T.]/)
    const stamp = `${day}T${time.replaceAll(':', '.')}`
    return `${prefix}/${day.replaceAll('-', '/')}/${stamp}-${random.uuid()}`
  }

  async function isThere(scope: Scope, source: FunctionTarget, arn: string): Promise<boolean> {
    if (serviceOf(arn) === 's3') return objects.bucketExists(scope, bucketOf(arn))
    if (serviceOf(arn) === 'lambda') return functionExists(scope, arn)
    // AWS: asynchronous records go to standard queues and topics only.
    return !arn.endsWith('.fifo') && send.lets(scope, await send.sourceOf(scope, source), arn)
  }

  async function take(scope: Scope, arn: string, record: DestinationRecord): Promise<void> {
    const { source, content, objectPrefix } = record
    const body = Buffer.from(JSON.stringify(content))
    switch (serviceOf(arn)) {
      case 'lambda':
        return invoker().invokeLater(scope, { functionName: arn, payload: body })
      case 's3': {
        const place = { bucket: bucketOf(arn), key: keyOf(objectPrefix) }
        await objects.put(scope, { ...place, body, contentType: 'application/json' })
        return
      }
      case 'events':
        return send.deliver(scope, source, arn, { body: busEvent(scope, arn, record) })
      default:
        return send.deliver(scope, source, arn, { body })
    }
  }

  async function orDropped(
    scope: Scope,
    { name }: FunctionTarget,
    arn: string,
    attempt: () => Promise<void>,
  ): Promise<void> {
    try {
      await attempt()
    } catch (error) {
      if (!(error instanceof ServiceError) || error.status >= 500 || error.status === 429)
        throw error
      const resource = functionArn(scope, { name })
      metrics.record('headrace_failed_records_total', { service: 'lambda', resource }, 1)
      log.warn({ arn, resource, err: error }, 'a destination refused the record of an invocation')
    }
  }

  return {
    async validate(scope, source, arn, kinds) {
      const service = serviceOf(arn)
      if (!allKinds.some((kind) => kind === service)) throw unsupported(`The destination ${arn}`)
      if (kinds.some((kind) => kind === service) && (await isThere(scope, source, arn))) return
      throw invalidParameter(`The destination ARN ${arn} is invalid.`)
    },
    async validateDeadLetters(scope, source, arn) {
      const service = serviceOf(arn)
      if (service !== 'sqs' && service !== 'sns') {
        throw invalidParameter(`The provided dead letter target ${arn} is not a queue or topic.`)
      }
      if (!arn.endsWith('.fifo') && (await send.lets(scope, source, arn))) return
      const action = service === 'sqs' ? 'SendMessage on SQS' : 'Publish on SNS'
      throw invalidParameter(
        `The provided execution role does not have permissions to call ${action}`,
      )
    },
    send: (scope, arn, record) =>
      orDropped(scope, record.source, arn, () => take(scope, arn, record)),
    sendToDeadLetters: (scope, arn, source, event) =>
      orDropped(scope, source, arn, () => send.deliver(scope, source, arn, event)),
  }
}

/** What goes to receivers of other services, which ask on whose behalf. */
function createSending({ targets, resolver }: DestinationsDeps) {
  function targetOf(arn: string): EventTarget {
    const target = targets().find(({ service }) => service === serviceOf(arn))
    if (!target) throw unsupported(`The destination ${arn}`)
    return target
  }

  async function sourceOf(scope: Scope, target: FunctionTarget): Promise<Source> {
    const { version } = await resolver.resolve(scope, target)
    return { name: target.name, role: version.settings.role }
  }

  function senderOf({ accountId, region }: Scope, { name, role }: Source): EventSender {
    const scope = { accountId, region }
    // AWS: the role of a function is of the function's account.
    const resource = parseArn(role)?.resource ?? ''
    const roleArn = formatArn({ service: 'iam', accountId, region: '', resource })
    const sourceArn = functionArn(scope, { name })
    return { principal: 'lambda.amazonaws.com', sourceArn, scope, roleArn }
  }

  return {
    sourceOf,
    async lets(scope: Scope, source: Source, arn: string): Promise<boolean> {
      try {
        await targetOf(arn).validate(arn, senderOf(scope, source))
        return true
      } catch (error) {
        if (error instanceof ServiceError && error.status < 500) return false
        throw error
      }
    },
    async deliver(scope: Scope, source: FunctionTarget, arn: string, event: TargetEvent) {
      await targetOf(arn).deliver(arn, event, senderOf(scope, await sourceOf(scope, source)))
    },
  }
}

const allKinds: ReadonlyArray<DestinationKind> = ['lambda', 's3', 'sqs', 'sns', 'events']

/** AWS: Developer Guide, "Capturing records of Lambda asynchronous invocations", EventBridge. */
function busEvent(scope: Scope, busArn: string, record: DestinationRecord): Uint8Array {
  const { name, qualifier = '$LATEST' } = record.source
  return Buffer.from(
    JSON.stringify({
      source: 'lambda',
      'detail-type': `Lambda Function Invocation Result - ${record.isSuccess ? 'Success' : 'Failure'}`,
      resources: [busArn, functionArn(scope, { name, qualifier })],
      detail: record.content,
    }),
  )
}

function serviceOf(arn: string): string | undefined {
  return parseArn(arn)?.service
}

function bucketOf(arn: string): string {
  return parseArn(arn)?.resource ?? ''
}
