import { parseDateMs } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'

/** How large the file of a form may be. */
export interface SizeRange {
  readonly min: number
  readonly max: number
}

/** A condition of a policy, and how S3 names it when it does not hold. */
interface Condition {
  readonly text: string
  readonly name: string
  readonly holds: (value: string | undefined) => boolean
}

/** Fields that carry the signature, or are nobody's business: no condition has to speak of them. */
const free = new Set(['awsaccesskeyid', 'file', 'policy', 'signature', 'x-amz-signature'])

/**
 * Compares the fields of a form with the policy that its maker signed. Every condition has to hold,
 * and every field needs a condition. Answers what the policy says of the file's size.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export function checkPostPolicy(
  policy: string,
  fields: ReadonlyMap<string, string>,
  { bucket, nowMs }: { readonly bucket: string; readonly nowMs: number },
): SizeRange | undefined {
  const { expiration, conditions } = parsePolicy(policy)
  if (expiration < nowMs) throw denied('Policy expired.')
  const values = new Map([...fields, ['bucket', bucket]])
  const covered = new Set<string>()
  let range: SizeRange | undefined
  for (const given of conditions) {
    const size = sizeRangeOf(given)
    if (size) {
      range = size
      continue
    }
    const { name, text, holds } = parseCondition(given)
    if (!holds(values.get(name))) throw failed(text)
    covered.add(name)
  }
  const extra = [...fields.keys()].filter(
    (name) => !covered.has(name) && !free.has(name) && !name.startsWith('x-ignore-'),
  )
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(', ')}`)
  return range
}

function parsePolicy(base64: string): {
  readonly expiration: number
  readonly conditions: ReadonlyArray<unknown>
} {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'))
  } catch {
    throw invalid('Invalid JSON.')
  }
  if (!isRecord(json)) throw invalid('Invalid JSON.')
  const { expiration, conditions } = json
  if (expiration === undefined) throw invalid('Policy missing expiration.')
  if (conditions === undefined) throw invalid('Policy missing conditions.')
  const expirationMs = typeof expiration === 'string' ? parseDateMs(expiration) : undefined
  if (expirationMs === undefined || !/^\d{4}-\d\d-\d\dT/.test(String(expiration))) {
    throw invalid(`Invalid 'expiration' value: '${String(expiration)}'`)
  }
  if (!Array.isArray(conditions)) throw invalid("Invalid 'conditions' value: must be a List.")
  return { expiration: expirationMs, conditions }
}

function sizeRangeOf(condition: unknown): SizeRange | undefined {
  if (!Array.isArray(condition) || !isOperator(condition[0], 'content-length-range')) {
    return undefined
  }
  const [min, max] = [condition[1], condition[2]].map((value: unknown) =>
    /^\d{1,15}$/.test(String(value)) ? Number(value) : Number.NaN,
  )
  if (condition.length !== 3 || min === undefined || max === undefined) throw malformedCondition()
  if (Number.isNaN(min) || Number.isNaN(max)) throw failed(textOf(condition))
  return { min, max }
}

function parseCondition(condition: unknown): Condition {
  if (isRecord(condition)) {
    const entries = Object.entries(condition)
    const [name = '', wanted] = entries[0] ?? []
    if (entries.length !== 1) {
      throw invalid(
        'Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.',
      )
    }
    if (typeof wanted !== 'string') {
      throw invalid('Invalid Simple-Condition: value must be a string.')
    }
    const text = textOf(['eq', `$${name}`, wanted])
    return { text, name: name.toLowerCase(), holds: (value) => value === wanted }
  }
  if (!Array.isArray(condition) || condition.length !== 3) throw malformedCondition()
  const [operator, name, wanted] = condition as ReadonlyArray<unknown>
  if (typeof name !== 'string' || typeof wanted !== 'string') throw malformedCondition()
  const text = textOf(condition)
  // AWS: without the dollar it names no field, and so it fails.
  if (!name.startsWith('$')) return { text, name: '', holds: () => false }
  const field = name.slice(1).toLowerCase()
  if (isOperator(operator, 'eq')) return { text, name: field, holds: (value) => value === wanted }
  if (!isOperator(operator, 'starts-with')) throw malformedCondition()
  // AWS: of a list of content types each has to begin so.
  const partsOf = (value: string) => (field === 'content-type' ? value.split(',') : [value])
  const holds = (value: string | undefined) =>
    value !== undefined && partsOf(value).every((part) => part.startsWith(wanted))
  return { text, name: field, holds }
}

function isOperator(given: unknown, name: string): boolean {
  return typeof given === 'string' && given.toLowerCase() === name
}

/** As AWS writes a condition: every value as a text. */
function textOf(condition: ReadonlyArray<unknown>): string {
  return `[${condition.map((value) => JSON.stringify(String(value))).join(', ')}]`
}

function failed(condition: string): ServiceError {
  return denied(`Policy Condition failed: ${condition}`)
}

function denied(reason: string): ServiceError {
  return new ServiceError('AccessDenied', `Invalid according to Policy: ${reason}`, { status: 403 })
}

function malformedCondition(): ServiceError {
  return invalid('Invalid Condition: a condition has an operator, a field and a value.')
}

function invalid(reason: string): ServiceError {
  return new ServiceError('InvalidPolicyDocument', `Invalid Policy: ${reason}`)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
