import { BlockList, isIP } from 'node:net'
import { parseDateMs } from '../../base/clock.ts'
import type { PolicyQuestion, Statement } from './policy-document.ts'
import { compilePattern, keyValue, matchesPattern } from './policy-pattern.ts'

type Context = PolicyQuestion['context']

/** Does one value of the request fit one value of the policy? */
type Comparison = (actual: string, wanted: string, variables: Context | undefined) => boolean

interface Operator {
  readonly compare: Comparison
  readonly negated: boolean
}

const operators: ReadonlyMap<string, Operator> = new Map([
  ...pair('StringEquals', 'StringNotEquals', equalTexts),
  ...pair('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', (actual, wanted, variables) =>
    equalTexts(actual.toLowerCase(), wanted, variables, true),
  ),
  ...pair('StringLike', 'StringNotLike', likeText),
  ...pair(
    'NumericEquals',
    'NumericNotEquals',
    numbers((a, b) => a === b),
  ),
  ...one(
    'NumericLessThan',
    numbers((a, b) => a < b),
  ),
  ...one(
    'NumericLessThanEquals',
    numbers((a, b) => a <= b),
  ),
  ...one(
    'NumericGreaterThan',
    numbers((a, b) => a > b),
  ),
  ...one(
    'NumericGreaterThanEquals',
    numbers((a, b) => a >= b),
  ),
  ...pair(
    'DateEquals',
    'DateNotEquals',
    dates((a, b) => a === b),
  ),
  ...one(
    'DateLessThan',
    dates((a, b) => a < b),
  ),
  ...one(
    'DateLessThanEquals',
    dates((a, b) => a <= b),
  ),
  ...one(
    'DateGreaterThan',
    dates((a, b) => a > b),
  ),
  ...one(
    'DateGreaterThanEquals',
    dates((a, b) => a >= b),
  ),
  ...one('Bool', (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase()),
  ...one('BinaryEquals', (actual, wanted) => actual === wanted),
  ...pair('IpAddress', 'NotIpAddress', inNetwork),
  ...pair('ArnEquals', 'ArnNotEquals', likeArn),
  ...pair('ArnLike', 'ArnNotLike', likeArn),
])

/** `StringLike`, `ForAnyValue:StringEquals`, `BoolIfExists`, `Null`. */
export function isConditionOperator(text: string): boolean {
  return splitOperator(text) !== undefined
}

/** Do all conditions of a statement hold? `variables` is absent where the version has none. */
export function conditionsHold(
  conditions: Statement['conditions'],
  context: Context,
  variables: Context | undefined,
): boolean {
  for (const [name, keys] of Object.entries(conditions)) {
    const operator = splitOperator(name)
    if (!operator) return false
    for (const [key, wanted] of Object.entries(keys)) {
      if (!holds(operator, valuesOf(context, key), wanted, variables)) return false
    }
  }
  return true
}

interface SplitOperator {
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined
  readonly ifExists: boolean
  readonly operator: Operator | 'Null'
}

function splitOperator(text: string): SplitOperator | undefined {
  const match = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(text)
  const name = match?.[2] ?? ''
  const operator = name === 'Null' ? 'Null' : operators.get(name)
  if (!operator || (operator === 'Null' && match?.[3])) return undefined
  const set = match?.[1] as SplitOperator['set']
  return { set, ifExists: match?.[3] !== undefined, operator }
}

function holds(
  { set, ifExists, operator }: SplitOperator,
  actual: ReadonlyArray<string> | undefined,
  wanted: ReadonlyArray<string>,
  variables: Context | undefined,
): boolean {
  if (operator === 'Null') {
    const absent = String(actual === undefined || actual.length === 0)
    return wanted.some((value) => value.toLowerCase() === absent)
  }
  const { compare, negated } = operator
  if (actual === undefined || actual.length === 0) {
    if (ifExists || set === 'ForAllValues') return true
    return set === undefined && negated
  }
  const fits = (value: string) =>
    wanted.some((pattern) => compare(value, pattern, variables)) !== negated
  if (set === 'ForAnyValue') return actual.some(fits)
  return set === 'ForAllValues' || negated ? actual.every(fits) : actual.some(fits)
}

function valuesOf(context: Context, key: string): ReadonlyArray<string> | undefined {
  const value = keyValue(context, key)
  return typeof value === 'string' ? [value] : value
}

function one(name: string, compare: Comparison): Array<[string, Operator]> {
  return [[name, { compare, negated: false }]]
}

function pair(name: string, opposite: string, compare: Comparison): Array<[string, Operator]> {
  return [...one(name, compare), [opposite, { compare, negated: true }]]
}

function equalTexts(
  actual: string,
  wanted: string,
  variables: Context | undefined,
  ignoreCase = false,
): boolean {
  const pattern = compilePattern(wanted, variables, { wildcards: false })?.join('')
  return (ignoreCase ? pattern?.toLowerCase() : pattern) === actual
}

function likeText(actual: string, wanted: string, variables: Context | undefined): boolean {
  const pattern = compilePattern(wanted, variables)
  return pattern !== undefined && matchesPattern(pattern, actual)
}

// AWS: `ArnEquals` and `ArnLike` do the same: each of the six parts is compared, wildcards within it.
function likeArn(actual: string, wanted: string, variables: Context | undefined): boolean {
  if (wanted === '*') return true
  const patterns = arnParts(compilePattern(wanted, variables) ?? [])
  const parts = arnParts(actual.split(''))
  if (parts.length < 6 || patterns.length < 6) return false
  return patterns.every((pattern, at) => matchesPattern(pattern, (parts[at] ?? []).join('')))
}

/** The sixth part has all the rest. */
function arnParts<Symbols>(arn: ReadonlyArray<Symbols | string>) {
  const parts: Array<Array<Symbols | string>> = [[]]
  for (const symbol of arn) {
    if (symbol === ':' && parts.length < 6) parts.push([])
    else parts.at(-1)?.push(symbol)
  }
  return parts
}

function numbers(compare: (a: number, b: number) => boolean): Comparison {
  return (actual, wanted) => isNumber(actual) && isNumber(wanted) && compare(+actual, +wanted)
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(+text)
}

function dates(compare: (a: number, b: number) => boolean): Comparison {
  return (actual, wanted) => {
    const [a, b] = [instantOf(actual), instantOf(wanted)]
    return a !== undefined && b !== undefined && compare(a, b)
  }
}

/** ISO 8601, or seconds since 1970. */
function instantOf(text: string): number | undefined {
  return /^\d{5,}(\.\d+)?$/.test(text) ? +text * 1000 : parseDateMs(text)
}

function inNetwork(actual: string, wanted: string): boolean {
  const address = unmapped(actual)
  const [network = '', length] = wanted.split('/')
  const family = isIP(network)
  if (family === 0 || isIP(address) !== family) return false
  const bits = length === undefined ? (family === 4 ? 32 : 128) : Number(length)
  if (!Number.isInteger(bits) || bits < 0 || bits > (family === 4 ? 32 : 128)) return false
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(network, bits, kind)
  return list.check(address, kind)
}

/** An IPv4 address as a socket for both families shows it. */
function unmapped(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}
