import { parseArn } from '../../base/arn.ts'
import { ServiceError } from '../../base/errors.ts'
import type { EventTarget } from '../../base/event-target.ts'
import type { Scope } from '../../base/scope.ts'
import { trustsService } from '../iam/role-trust.ts'
import type { Roles } from '../iam/roles.ts'
import { notSupported, validation } from './event-errors.ts'
import type { RuleTarget } from './rules.ts'

export const EVENTS_PRINCIPAL = 'events.amazonaws.com'

/** Which targets a rule can have, and in whose name events are taken to them. */
export interface TargetCheck {
  /** Throws AWS's refusals, and refuses by name what is not built. */
  check(rule: RuleOfTarget, target: RuleTarget): Promise<void>
  /** Throws `ValidationException` when the role is not there or does not trust EventBridge. */
  requireRole(rule: RuleOfTarget, roleArn: string): Promise<void>
}

export interface RuleOfTarget {
  readonly scope: Scope
  readonly arn: string
}

/** AWS: the kinds that are reached in the name of a role only (User Guide, "Permissions for targets"). */
const needingRole = new Set(['kinesis', 'firehose', 'api-destination', 'glue'])
/** AWS: kinds that have no targets of other accounts. */
const ofOwnAccount = new Set(['kinesis', 'firehose', 'logs', 'api-destination', 'glue'])

export function createTargetCheck(deps: {
  readonly roles: Roles
  readonly targets: ReadonlyMap<string, EventTarget>
}): TargetCheck {
  const { roles, targets } = deps

  async function requireRole({ scope, arn }: RuleOfTarget, roleArn: string): Promise<void> {
    const context = { 'aws:SourceAccount': scope.accountId, 'aws:SourceArn': arn }
    const isOwn = parseArn(roleArn)?.accountId === scope.accountId
    if (isOwn && (await trustsService(roles, roleArn, EVENTS_PRINCIPAL, context))) return
    throw validation(
      `Provided role '${roleArn}' cannot be assumed by principal '${EVENTS_PRINCIPAL}'.`,
    )
  }

  function checkDeadLetters(arn: string): void {
    if (parseArn(arn)?.service === 'sqs' && targets.has('sqs')) return
    throw notSupported(`DeadLetterConfig ${arn}`)
  }

  return {
    requireRole,
    async check(rule, target) {
      const { id, arn, roleArn, deadLetterArn } = target
      const { accountId, region } = parseArn(arn) ?? {}
      const kind = kindOf(arn)
      if (kind === undefined) {
        throw invalid(arn, 'Provided Arn is not in correct format.')
      }
      const isBuilt = kind !== 'glue' || isWorkflow(arn)
      if (!targets.has(kind) || !isBuilt) throw notSupported(`Target ${id}, ${arn},`)
      // AWS: only buses are reached across regions.
      if (region !== rule.scope.region && kind !== 'events') {
        throw invalid(arn, 'A target must be in the region of its rule.')
      }
      const isOwn = accountId === rule.scope.accountId
      if (!isOwn && ofOwnAccount.has(kind)) throw crossAccount(arn)
      if (roleArn === undefined && (!isOwn || needingRole.has(kind))) {
        throw validation(`RoleArn is required for target ${arn}.`)
      }
      if (roleArn !== undefined && kind === 'logs') {
        throw validation(`RoleArn is not supported for target ${arn}.`)
      }
      // It is told the ids of its events, and nothing else of them.
      if (kind === 'glue' && hasInput(target)) throw notSupported('Input of a workflow')
      if (kind === 'logs' && target.inputTransformer) {
        throw notSupported('InputTransformer of a log group')
      }
      if (kind === 'sqs' && arn.endsWith('.fifo') && target.messageGroupId === undefined) {
        throw validation(`Parameter(s) SqsParameters must be specified for target: ${id}.`)
      }
      if (target.http && kind !== 'api-destination') {
        throw validation(`HttpParameters are not supported for target ${arn}.`)
      }
      if (deadLetterArn !== undefined) checkDeadLetters(deadLetterArn)
      if (roleArn !== undefined) await requireRole(rule, roleArn)
    },
  }
}

/**
 * What kind of receiver an ARN is for: the service part, except for API destinations, whose ARNs are of
 * the same service as those of buses. Undefined when it is not an ARN.
 */
export function kindOf(arn: string): string | undefined {
  const { service, resource = '' } = parseArn(arn) ?? {}
  if (service !== 'events') return service
  return resource.startsWith('event-bus/') ? service : (resource.split('/')[0] ?? service)
}

const isWorkflow = (arn: string) => parseArn(arn)?.resource.startsWith('workflow/') ?? false

const hasInput = ({ input, inputPath, inputTransformer }: RuleTarget) =>
  input !== undefined || inputPath !== undefined || inputTransformer !== undefined

function invalid(what: string, reason: string): ServiceError {
  return validation(`Parameter ${what} is not valid. Reason: ${reason}`)
}

function crossAccount(arn: string): ServiceError {
  return new ServiceError(
    'AccessDeniedException',
    `Access to the resource ${arn} is denied. Reason: Adding cross-account target is not permitted.`,
  )
}
