import { parseArn } from '../../base/arn.ts'
import { ServiceError } from '../../base/errors.ts'
import type { EventSender, EventTarget } from '../../base/event-target.ts'
import type { OwnCalls } from '../../wire/own-calls.ts'
import { notSupported, validation } from './scheduler-errors.ts'

/** How the ARNs of universal targets call services, and what those are called on the wire. */
const targetsOnWire: ReadonlyMap<string, string> = new Map([
  ['athena', 'AmazonAthena'],
  ['cloudwatchlogs', 'Logs_20140328'],
  ['eventbridge', 'AWSEvents'],
  ['firehose', 'Firehose_20150804'],
  ['glue', 'AWSGlue'],
  ['kinesis', 'Kinesis_20131202'],
  ['sagemaker', 'SageMaker'],
  ['sqs', 'AmazonSQS'],
])

/** AWS: operations that only read are no targets (User Guide, "Unsupported actions"). */
const READS =
  /^(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet|batchDescribe|batchRead)(?=[A-Z]|$)/

/**
 * Universal targets: `arn:aws:scheduler:::aws-sdk:glue:startJobRun` calls StartJobRun with the input of
 * the schedule as its request.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
 */
export function createOperationTarget(calls: () => OwnCalls): EventTarget {
  async function read(arn: string) {
    const [kind, service = '', action = '', ...more] = parseArn(arn)?.resource.split(':') ?? []
    if (kind !== 'aws-sdk' || !/^[a-z][A-Za-z0-9]*$/.test(action) || more.length > 0) {
      throw validation('Provided Arn is not in correct format.')
    }
    if (READS.test(action)) throw validation(`${action} is a read-only API action: ${arn}`)
    const target = targetsOnWire.get(service)
    const operation = `${action.charAt(0).toUpperCase()}${action.slice(1)}`
    const isBuilt = target !== undefined && (await calls().has(target, operation))
    if (!isBuilt) throw notSupported(`The target ${arn}`)
    return { target, operation }
  }

  return {
    service: 'scheduler',
    async validate(arn) {
      await read(arn)
    },
    async deliver(arn, { body }, sender) {
      const { target, operation } = await read(arn)
      const { accountId, region } = sender.scope
      const scope = { accountId, region }
      const call = { target, operation, json: body, scope, callerArn: callerOf(sender) }
      await calls().call(call).catch(notOfSchedule)
    },
  }
}

/** What fails for a reason of the moment is tried again: too many runs, a crawler that still runs. */
function notOfSchedule(error: unknown): never {
  const isOfMoment =
    error instanceof ServiceError &&
    /throttl|toomany|limitexceeded|concurrent|running|inuse/i.test(error.code)
  throw isOfMoment ? new Error(`${error.code}: ${error.message}`, { cause: error }) : error
}

function callerOf({ roleArn = '', sourceArn, scope }: EventSender): string {
  const role = roleArn.split('/').at(-1) ?? ''
  const session = sourceArn.split('/').at(-1) ?? 'schedule'
  return `arn:aws:sts::${scope.accountId}:assumed-role/${role}/${session}`
}
