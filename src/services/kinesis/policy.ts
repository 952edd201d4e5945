import { parseArn } from '../../base/arn.ts'
import type { ServiceError } from '../../base/errors.ts'
import { POLICY_BYTES_MAX } from './limits.ts'
import { invalidArgument } from './stream-errors.ts'

/*
 * Resource policies: who of other accounts may use a stream or a consumer, and who of all may not.
 * What cannot be judged here is refused when the policy is put, so that each one kept is obeyed.
 */

/** The actions that the policy of a stream can open to another account. */
const STREAM_ACTIONS = [
  'DescribeStream',
  'DescribeStreamSummary',
  'GetRecords',
  'GetShardIterator',
  'ListShards',
  'ListStreamConsumers',
  'PutRecord',
  'PutRecords',
] as const
/** And that of a consumer. */
const CONSUMER_ACTIONS = ['DescribeStreamConsumer', 'SubscribeToShard'] as const

export type SharedAction = (typeof STREAM_ACTIONS)[number] | (typeof CONSUMER_ACTIONS)[number]

export interface Caller {
  readonly accountId: string
  readonly callerArn: string
}

interface Statement {
  readonly allows: boolean
  readonly principals: ReadonlyArray<string>
  /** Patterns with `*` and `?`, behind `kinesis:`, in lower case. */
  readonly actions: ReadonlyArray<string>
}

export type Policy = ReadonlyArray<Statement>

/** A policy that `refuseBadPolicy` has let pass, read once. */
export function readPolicy(text: string): Policy {
  return statementsOf(JSON.parse(text))
}

/** What the policy says of this: an explicit refusal counts more than a permission. */
export function judgePolicy(
  policy: Policy,
  caller: Caller,
  action: SharedAction,
): 'allowed' | 'denied' | 'silent' {
  const applying = policy.filter(
    ({ principals, actions }) =>
      principals.some((principal) => isCaller(principal, caller)) &&
      actions.some((pattern) => matches(pattern, action.toLowerCase())),
  )
  if (applying.some(({ allows }) => !allows)) return 'denied'
  return applying.length > 0 ? 'allowed' : 'silent'
}

/** Throws `InvalidArgumentException` for a policy that is none, or that could not be obeyed. */
export function refuseBadPolicy(text: string, resourceArn: string): void {
  if (Buffer.byteLength(text) > POLICY_BYTES_MAX) {
    throw invalidPolicy(`it is larger than ${POLICY_BYTES_MAX} bytes`)
  }
  const document = parseDocument(text)
  const unknown = Object.keys(document).find(
    (name) => !['Version', 'Id', 'Statement'].includes(name),
  )
  if (unknown !== undefined) throw invalidPolicy(`${unknown} is no element of a policy`)
  const { Version: version = '2008-10-17' } = document
  if (version !== '2012-10-17' && version !== '2008-10-17') {
    throw invalidPolicy(`Version ${String(version)} is not known`)
  }
  const statements = listOf(document['Statement'])
  if (statements.length === 0) throw invalidPolicy('it has no Statement')
  for (const statement of statements) refuseBadStatement(statement, resourceArn)
  statementsOf(document)
}

function parseDocument(text: string): Readonly<Record<string, unknown>> {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    throw invalidPolicy('it is not valid JSON')
  }
  if (!isObject(document)) throw invalidPolicy('it is no JSON object')
  return document
}

const ELEMENTS = ['Sid', 'Effect', 'Principal', 'Action', 'Resource']
const NOT_BUILT = ['Condition', 'NotAction', 'NotPrincipal', 'NotResource']

function refuseBadStatement(statement: unknown, resourceArn: string): void {
  if (!isObject(statement)) throw invalidPolicy('a Statement is no JSON object')
  for (const name of Object.keys(statement)) {
    if (NOT_BUILT.includes(name)) {
      throw invalidPolicy(`${name} is not supported by this version of Headrace. Nothing was done`)
    }
    if (!ELEMENTS.includes(name)) throw invalidPolicy(`${name} is no element of a Statement`)
  }
  const { Effect: effect, Resource: resource } = statement
  if (effect !== 'Allow' && effect !== 'Deny') throw invalidPolicy('Effect is Allow or Deny')
  const resources = textsOf(resource, 'Resource')
  if (!resources.every((pattern) => matches(pattern, resourceArn))) {
    throw invalidPolicy(`Resource must be ${resourceArn}`)
  }
  const possible = resourceArn.includes('/consumer/') ? CONSUMER_ACTIONS : STREAM_ACTIONS
  for (const pattern of actionsOf(statement)) {
    if (possible.some((action) => matches(pattern, action.toLowerCase()))) continue
    throw invalidPolicy(
      `the action kinesis:${pattern} cannot be given by the policy of ${resourceArn}`,
    )
  }
  for (const principal of principalsOf(statement)) refuseBadPrincipal(principal)
}

function refuseBadPrincipal(principal: string): void {
  const arn = parseArn(principal)
  const isArn = (arn?.service === 'iam' || arn?.service === 'sts') && /^\d{12}$/.test(arn.accountId)
  // AWS: an ARN with a wildcard is no principal (IAM User Guide, "Principal").
  const isOne = isArn && !/[*?]/.test(principal)
  if (principal === '*' || /^\d{12}$/.test(principal) || isOne) return
  throw invalidPolicy(`the Principal ${principal} is not valid`)
}

function statementsOf(document: Readonly<Record<string, unknown>>): Policy {
  return listOf(document['Statement']).map((value) => {
    const statement = value as Readonly<Record<string, unknown>>
    return {
      allows: statement['Effect'] === 'Allow',
      principals: principalsOf(statement),
      actions: actionsOf(statement),
    }
  })
}

function principalsOf({ Principal: principal }: Readonly<Record<string, unknown>>) {
  if (principal === '*') return ['*']
  if (!isObject(principal)) throw invalidPolicy('a Statement needs a Principal')
  const other = Object.keys(principal).find((name) => name !== 'AWS')
  if (other !== undefined) throw invalidPolicy(`a Principal of kind ${other} cannot use a stream`)
  return textsOf(principal['AWS'], 'Principal')
}

function actionsOf({ Action: action }: Readonly<Record<string, unknown>>): ReadonlyArray<string> {
  return textsOf(action, 'Action').map((text) => {
    const pattern = text.toLowerCase()
    if (pattern === '*') return pattern
    if (pattern.startsWith('kinesis:')) return pattern.slice('kinesis:'.length)
    throw invalidPolicy(`the action ${text} is none of kinesis`)
  })
}

/** An account stands for everybody in it; a role for its sessions. */
function isCaller(principal: string, { accountId, callerArn }: Caller): boolean {
  if (principal === '*' || principal === accountId || principal === callerArn) return true
  const arn = parseArn(principal)
  if (arn?.service !== 'iam' || arn.accountId !== accountId) return false
  if (arn.resource === 'root') return true
  const session = parseArn(callerArn)
  const [kind, roleName] = session?.service === 'sts' ? session.resource.split('/') : []
  const isRole = kind === 'assumed-role' && arn.resource.startsWith('role/')
  return isRole && arn.resource.split('/').at(-1) === roleName
}

/** Whether the text fits a pattern in which `*` is any text and `?` any character; no regular
 * expression, for a pattern of many stars would take one for ever. */
function matches(pattern: string, text: string): boolean {
  let [at, place, star, mark] = [0, 0, -1, 0]
  while (at < text.length) {
    const wanted = pattern[place]
    if (wanted === '*') {
      star = place++
      mark = at
    } else if (wanted !== undefined && (wanted === '?' || wanted === text[at])) {
      place++
      at++
    } else if (star >= 0) {
      place = star + 1
      at = ++mark
    } else return false
  }
  while (pattern[place] === '*') place++
  return place === pattern.length
}

function textsOf(value: unknown, element: string): ReadonlyArray<string> {
  const values = listOf(value)
  if (values.length > 0 && values.every((one) => typeof one === 'string')) return values
  throw invalidPolicy(`${element} is a text or a list of texts`)
}

function listOf(value: unknown): ReadonlyArray<unknown> {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalidPolicy(why: string): ServiceError {
  return invalidArgument(`The resource policy is not valid: ${why}.`)
}
