import { parseArn } from '../../base/arn.ts'
import type { EventTarget } from '../../base/event-target.ts'
import type { Scope } from '../../base/scope.ts'
import { trustsService } from '../iam/role-trust.ts'
import type { Roles } from '../iam/roles.ts'
import { schedulerLimits } from './limits.ts'
import type { ScheduleName, Target } from './schedule.ts'
import { groupArn } from './schedule.ts'
import { notSupported, validation } from './scheduler-errors.ts'

export const SCHEDULER_PRINCIPAL = 'scheduler.amazonaws.com'

export interface TargetCheck {
  /** Throws when the target is not one that a schedule can invoke. */
  check(scope: Scope, name: ScheduleName, target: Target): Promise<void>
  /** Throws when the role is not there or does not trust Scheduler. */
  checkRole(scope: Scope, name: ScheduleName, roleArn: string): Promise<void>
}

/** Which targets there are, and in whose name they may be invoked. */
export function createTargetCheck(deps: {
  readonly roles: Roles
  readonly targets: ReadonlyMap<string, EventTarget>
}): TargetCheck {
  const { roles, targets } = deps

  async function checkRole(scope: Scope, { group }: ScheduleName, roleArn: string): Promise<void> {
    const source = { 'aws:SourceAccount': scope.accountId, 'aws:SourceArn': groupArn(scope, group) }
    const isOwn = parseArn(roleArn)?.accountId === scope.accountId
    if (isOwn && (await trustsService(roles, roleArn, SCHEDULER_PRINCIPAL, source))) return
    throw validation(
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    )
  }

  async function checkOperation(scope: Scope, { group }: ScheduleName, target: Target) {
    const { arn, roleArn } = target
    const sourceArn = groupArn(scope, group)
    const sender = { principal: SCHEDULER_PRINCIPAL, sourceArn, scope, roleArn }
    await targets.get('scheduler')?.validate(arn, sender)
    if (target.input === undefined) throw validation('Input must be provided for this target.')
  }

  return {
    checkRole,
    async check(scope, name, target) {
      const { arn, deadLetterArn } = target
      const service = serviceOf(arn)
      if (service === undefined) throw validation(`Provided Arn is not in correct format.`)
      const isBus = parseArn(arn)?.resource.startsWith('event-bus/') ?? false
      if (!targets.has(service) || (service === 'events' && !isBus))
        throw notSupported(`The target ${arn}`)
      if (service === 'scheduler') await checkOperation(scope, name, target)
      if (deadLetterArn !== undefined && !targets.has('sqs')) {
        throw notSupported(`DeadLetterConfig ${deadLetterArn}`)
      }
      checkParameters(service, target)
      await checkRole(scope, name, target.roleArn)
    },
  }
}

/** Each kind of target takes its own parameters; where they say nothing, they are not accepted. */
function checkParameters(service: string, target: Target): void {
  const { event, partitionKey, messageGroupId, input, arn } = target
  if ((service === 'events') !== (event !== undefined)) {
    throw validation(`EventBridgeParameters go with a target that is an event bus, not ${arn}.`)
  }
  if ((service === 'kinesis') !== (partitionKey !== undefined)) {
    throw validation(`KinesisParameters go with a target that is a data stream, not ${arn}.`)
  }
  const isFifo = service === 'sqs' && arn.endsWith('.fifo')
  if (isFifo !== (messageGroupId !== undefined)) {
    throw validation(`SqsParameters go with a target that is a FIFO queue, not ${arn}.`)
  }
  if (Buffer.byteLength(input ?? '') > schedulerLimits.inputBytesMax) {
    throw validation(`Input must be at most ${schedulerLimits.inputBytesMax} bytes long.`)
  }
  const takesJson = service === 'events' || service === 'lambda' || service === 'scheduler'
  if (takesJson && input !== undefined && !isJson(input)) {
    throw validation('Provided Input is not valid JSON.')
  }
}

export function serviceOf(arn: string): string | undefined {
  return parseArn(arn)?.service
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
