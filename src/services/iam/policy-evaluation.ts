import { parseArn } from '../../base/arn.ts'
import type { EventSender } from '../../base/event-target.ts'
import { conditionsHold } from './policy-conditions.ts'
import type {
  PolicyDocument,
  PolicyQuestion,
  Principal,
  PrincipalPattern,
  Statement,
  Verdict,
} from './policy-document.ts'
import { compilePattern, matchesPattern } from './policy-pattern.ts'

/** What the policy says to it. A denial stands over every allowance. */
export function evaluatePolicy(document: PolicyDocument, question: PolicyQuestion): Verdict {
  const variables = document.version === '2012-10-17' ? question.context : undefined
  let verdict: Verdict = 'none'
  for (const statement of document.statements) {
    if (!applies(statement, question, variables)) continue
    if (statement.effect === 'Deny') return 'deny'
    verdict = 'allow'
  }
  return verdict
}

/**
 * What the policy of a resource says to a service that brings an event of one of its own resources, or
 * to the role in whose name it does so.
 */
export function evaluateSender(
  document: PolicyDocument,
  sender: EventSender,
  wanted: { readonly action: string; readonly resource: string },
): Verdict {
  const { roleArn } = sender
  const accountId = roleArn === undefined ? undefined : parseArn(roleArn)?.accountId
  return evaluatePolicy(document, {
    ...wanted,
    principal: {
      service: sender.principal,
      ...(roleArn !== undefined && { arn: roleArn }),
      ...(accountId !== undefined && { accountId }),
    },
    context: {
      'aws:SourceArn': sender.sourceArn,
      'aws:SourceAccount': sender.scope.accountId,
      'aws:PrincipalIsAWSService': 'true',
      'aws:PrincipalServiceName': sender.principal,
      'aws:SecureTransport': 'true',
    },
  })
}

type Context = PolicyQuestion['context']

function applies(
  statement: Statement,
  { principal, action, resource, context }: PolicyQuestion,
  variables: Context | undefined,
): boolean {
  return (
    principalApplies(statement, principal) &&
    listApplies(statement.actions, statement.notActions, (pattern) => isAction(pattern, action)) &&
    listApplies(statement.resources, statement.notResources, (pattern) => {
      const compiled = compilePattern(pattern, variables)
      return compiled !== undefined && matchesPattern(compiled, resource)
    }) &&
    conditionsHold(statement.conditions, context, variables)
  )
}

/** Of the two lists a statement has one at most; where it has none, it is for all. */
function listApplies(
  wanted: ReadonlyArray<string> | undefined,
  unwanted: ReadonlyArray<string> | undefined,
  matches: (pattern: string) => boolean,
): boolean {
  if (wanted) return wanted.some(matches)
  return !unwanted?.some(matches)
}

function isAction(pattern: string, action: string): boolean {
  const compiled = compilePattern(pattern.toLowerCase(), undefined)
  return compiled !== undefined && matchesPattern(compiled, action.toLowerCase())
}

function principalApplies({ principal, notPrincipal }: Statement, asking: Principal): boolean {
  if (principal) return matchesPrincipal(principal, asking)
  return !notPrincipal || !matchesPrincipal(notPrincipal, asking)
}

function matchesPrincipal(pattern: PrincipalPattern, asking: Principal): boolean {
  if (pattern === '*') return true
  const { AWS = [], Service = [], CanonicalUser = [] } = pattern
  return (
    AWS.some((entry) => isAwsPrincipal(entry, asking)) ||
    (asking.service !== undefined && Service.includes(asking.service)) ||
    (asking.canonicalId !== undefined && CanonicalUser.includes(asking.canonicalId))
  )
}

function isAwsPrincipal(entry: string, { accountId, arn }: Principal): boolean {
  if (entry === '*') return true
  if (accountId === undefined) return false
  if (entry === accountId || entry === arn) return true
  const account = /^arn:aws[\w-]*:iam::(\d{12}):root$/.exec(entry)?.[1]
  if (account !== undefined) return account === accountId
  // AWS: a session's ARN has the name of its role, without the path.
  const role = /^arn:aws[\w-]*:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(entry)
  const session = /^arn:aws[\w-]*:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn ?? '')
  return role !== null && session !== null && role[1] === session[1] && role[2] === session[2]
}
