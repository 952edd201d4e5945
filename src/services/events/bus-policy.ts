import { ServiceError } from '../../base/errors.ts'
import type { Scope } from '../../base/scope.ts'
import type { PolicyQuestion, Principal, Verdict } from '../iam/policy-document.ts'
import { evaluatePolicy } from '../iam/policy-evaluation.ts'
import { PolicySyntaxError, parsePolicy } from '../iam/policy-parsing.ts'
import type { Bus } from './bus.ts'
import { busArn } from './bus.ts'
import { notFound, validation } from './event-errors.ts'
import { eventLimits } from './limits.ts'

/** A statement as PutPermission makes it. */
export interface BusStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Principal: '*' | { readonly AWS: string }
  readonly Action: string
  readonly Resource: string
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

interface Written {
  readonly Version: string
  readonly Statement: ReadonlyArray<{ readonly Sid?: string }>
}

/** Throws `ValidationException` for what is no policy, `PolicyLengthExceededException` for a long one. */
export function checkedPolicy(text: string): string {
  if (text.length > eventLimits.policyCharactersMax) {
    throw new ServiceError(
      'PolicyLengthExceededException',
      `The policy of an event bus can have at most ${eventLimits.policyCharactersMax} characters.`,
    )
  }
  try {
    parsePolicy(text)
    return text
  } catch (error) {
    if (error instanceof PolicySyntaxError) {
      throw validation(`Parameter Policy is not valid. Reason: ${error.message}`)
    }
    throw error
  }
}

/** With the statement, in place of the one of its id. */
export function withStatement({ policy }: Bus, statement: BusStatement): string {
  const { Statement } = read(policy)
  const others = Statement.filter(({ Sid }) => Sid !== statement.Sid)
  return checkedPolicy(written([...others, statement]))
}

/** Undefined when none is left. Throws `ResourceNotFoundException` when it is not there. */
export function withoutStatement({ policy }: Bus, id: string): string | undefined {
  if (policy === undefined) throw notFound('EventBus does not have a policy.')
  const { Statement } = read(policy)
  const others = Statement.filter(({ Sid }) => Sid !== id)
  if (others.length === Statement.length) {
    throw notFound('Statement with the provided id does not exist.')
  }
  return others.length > 0 ? written(others) : undefined
}

function read(policy: string | undefined): Written {
  if (policy === undefined) return { Version: VERSION, Statement: [] }
  const { Version, Statement } = JSON.parse(policy) as Written
  return { Version, Statement: Array.isArray(Statement) ? Statement : [Statement] }
}

const VERSION = '2012-10-17'

function written(statements: Written['Statement']): string {
  return JSON.stringify({ Version: VERSION, Statement: statements })
}

/** Who puts events, and what. */
export interface BusCaller {
  readonly principal: Principal & { readonly accountId: string }
  /** As the message of a refusal names it. */
  readonly name: string
  readonly context: PolicyQuestion['context']
}

/**
 * Throws `AccessDeniedException` for callers that the bus's policy denies, and for those of other
 * accounts that it does not allow; a bus that is not there allows nobody.
 */
export function requirePut(
  bus: Bus | undefined,
  place: { readonly scope: Scope; readonly name: string },
  { principal, name, context }: BusCaller,
): void {
  const resource = busArn(place.scope, place.name)
  const question = { principal, context, action: 'events:PutEvents', resource }
  const policy = bus?.policy
  const verdict: Verdict = policy ? evaluatePolicy(parsePolicy(policy), question) : 'none'
  const isOwn = principal.accountId === place.scope.accountId
  if (verdict === 'allow' || (verdict === 'none' && isOwn)) return
  const reason =
    verdict === 'deny'
      ? 'with an explicit deny in a resource-based policy'
      : 'because no resource-based policy allows the events:PutEvents action'
  throw new ServiceError(
    'AccessDeniedException',
    `User: ${name} is not authorized to perform: events:PutEvents on resource: ${resource} ${reason}`,
  )
}
