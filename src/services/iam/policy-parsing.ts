import { isConditionOperator } from './policy-conditions.ts'
import type { PolicyDocument, PrincipalPattern, Statement } from './policy-document.ts'

/** What is wrong with a policy; the message is what S3 puts behind `MalformedPolicy`. */
export class PolicySyntaxError extends Error {
  override readonly name = 'PolicySyntaxError'
}

const documentFields = new Set(['Version', 'Id', 'Statement'])
const statementFields = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
])
const principalKinds = new Set(['AWS', 'Service', 'CanonicalUser', 'Federated'])

/** Reads the policy of a resource: each statement says to whom it applies. Throws `PolicySyntaxError`. */
export function parsePolicy(text: string): PolicyDocument {
  const json = parseJson(text)
  requireFields(json, documentFields)
  const version = json['Version'] ?? '2008-10-17'
  if (version !== '2012-10-17' && version !== '2008-10-17') {
    throw new PolicySyntaxError('The policy must contain a valid version string')
  }
  const { Id: id, Statement: given } = json
  if (id !== undefined && typeof id !== 'string') throw new PolicySyntaxError('Invalid policy Id')
  if (given === undefined) throw new PolicySyntaxError('Missing required field Statement')
  const list = Array.isArray(given) ? given : [given]
  if (list.length === 0)
    throw new PolicySyntaxError('Could not parse the policy: Statement is empty!')
  const statements = list.map(parseStatement)
  const sids = statements.flatMap(({ sid }) => sid ?? [])
  if (new Set(sids).size < sids.length) {
    throw new PolicySyntaxError('Statement IDs (SID) in a single policy must be unique.')
  }
  return { version, ...(id !== undefined && { id }), statements }
}

type Json = Readonly<Record<string, unknown>>

function parseJson(text: string): Json {
  let json: unknown
  try {
    json = text.startsWith('{') ? JSON.parse(text) : undefined
  } catch {
    json = undefined
  }
  if (isRecord(json)) return json
  throw new PolicySyntaxError("Policies must be valid JSON and the first byte must be '{'")
}

function parseStatement(json: unknown): Statement {
  if (!isRecord(json)) throw new PolicySyntaxError('Invalid policy syntax.')
  requireFields(json, statementFields)
  const { Sid, Effect, Condition } = json
  if (Sid !== undefined && typeof Sid !== 'string') throw new PolicySyntaxError('Invalid Sid')
  if (Effect === undefined) throw new PolicySyntaxError('Missing required field Effect')
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    throw new PolicySyntaxError(`Invalid effect: ${String(Effect)}`)
  }
  requireOne(json, 'Principal')
  requireOne(json, 'Action')
  requireOne(json, 'Resource')
  requireEither(json, 'Principal')
  requireEither(json, 'Action')
  return {
    ...(Sid !== undefined && { sid: Sid }),
    effect: Effect,
    ...principalMember(json, 'Principal', 'principal'),
    ...principalMember(json, 'NotPrincipal', 'notPrincipal'),
    ...textMember(json, 'Action', 'actions'),
    ...textMember(json, 'NotAction', 'notActions'),
    ...textMember(json, 'Resource', 'resources'),
    ...textMember(json, 'NotResource', 'notResources'),
    conditions: parseConditions(Condition),
  }
}

function requireFields(json: Json, known: ReadonlySet<string>): void {
  const unknown = Object.keys(json).find((name) => !known.has(name))
  if (unknown !== undefined) throw new PolicySyntaxError(`Unknown field ${unknown}`)
}

function requireOne(json: Json, name: string): void {
  if (json[name] === undefined || json[`Not${name}`] === undefined) return
  throw new PolicySyntaxError(`Statement cannot have both ${name} and Not${name}`)
}

function requireEither(json: Json, name: string): void {
  if (json[name] !== undefined || json[`Not${name}`] !== undefined) return
  throw new PolicySyntaxError(`Missing required field ${name}`)
}

function textMember<Name extends string>(json: Json, field: string, name: Name) {
  const value = json[field]
  if (value === undefined) return {}
  const list = Array.isArray(value) ? value : [value]
  const what = field.endsWith('Action') ? 'action' : 'resource'
  const valid = list.length > 0 && list.every((entry) => typeof entry === 'string' && entry !== '')
  if (!valid) throw new PolicySyntaxError(`Policy has invalid ${what}`)
  return { [name]: list } as unknown as { readonly [N in Name]: ReadonlyArray<string> }
}

function principalMember<Name extends string>(json: Json, field: string, name: Name) {
  const value = json[field]
  if (value === undefined) return {}
  return { [name]: parsePrincipal(value) } as { readonly [N in Name]: PrincipalPattern }
}

function parsePrincipal(value: unknown): PrincipalPattern {
  if (value === '*') return '*'
  const invalid = () => new PolicySyntaxError('Invalid principal in policy')
  if (!isRecord(value)) throw invalid()
  const kinds: Record<string, ReadonlyArray<string>> = {}
  for (const [kind, given] of Object.entries(value)) {
    const list: unknown[] = Array.isArray(given) ? given : [given]
    if (!principalKinds.has(kind) || list.length === 0) throw invalid()
    kinds[kind] = list.map((entry) => {
      if (typeof entry !== 'string' || !isPrincipal(kind, entry)) throw invalid()
      return entry
    })
  }
  if (Object.keys(kinds).length === 0) throw invalid()
  return kinds
}

// AWS: a principal is a whole name, or `*` alone; an ARN with a wildcard in it is refused.
function isPrincipal(kind: string, text: string): boolean {
  if (text === '') return false
  if (kind === 'AWS') {
    return (
      text === '*' || /^\d{12}$/.test(text) || /^arn:aws[\w-]*:(iam|sts)::\d{12}:[^*?]+$/.test(text)
    )
  }
  if (kind === 'CanonicalUser') return /^[0-9a-f]{64}$/.test(text)
  return kind === 'Service' ? /^[a-z0-9.-]+$/i.test(text) : !text.includes('*')
}

function parseConditions(value: unknown): Statement['conditions'] {
  if (value === undefined) return {}
  if (!isRecord(value)) throw new PolicySyntaxError('Invalid policy syntax.')
  const conditions: Record<string, Record<string, ReadonlyArray<string>>> = {}
  for (const [operator, keys] of Object.entries(value)) {
    if (!isConditionOperator(operator)) {
      throw new PolicySyntaxError(`Invalid Condition type : ${operator}`)
    }
    if (!isRecord(keys)) throw new PolicySyntaxError('Invalid policy syntax.')
    const parsed: Record<string, ReadonlyArray<string>> = {}
    for (const [key, given] of Object.entries(keys)) parsed[key] = conditionValues(given)
    conditions[operator] = parsed
  }
  return conditions
}

function conditionValues(given: unknown): ReadonlyArray<string> {
  const list: unknown[] = Array.isArray(given) ? given : [given]
  return list.map((entry) => {
    if (typeof entry === 'string') return entry
    if (typeof entry === 'boolean' || typeof entry === 'number') return String(entry)
    throw new PolicySyntaxError('Invalid policy syntax.')
  })
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
