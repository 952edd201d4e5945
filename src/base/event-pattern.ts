import { BlockList, isIP } from 'node:net'
import { ServiceError } from './errors.ts'

/** Whether a document matches a pattern of EventBridge's language. */
export type EventPattern = (document: unknown) => boolean

/**
 * EventBridge's pattern language, as rules and Lambda's filters take it: exact values, `prefix`,
 * `suffix`, `anything-but`, `numeric`, `exists`, `equals-ignore-case`, `wildcard`, `cidr` and `$or`.
 * Throws `InvalidEventPatternException` with the reason for anything else.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function compileEventPattern(text: string): EventPattern {
  let pattern: unknown
  try {
    pattern = JSON.parse(text)
  } catch (error) {
    throw invalid('Filter is not valid JSON', error)
  }
  if (!isObject(pattern) || Object.keys(pattern).length === 0) {
    throw invalid('Filter is not an object')
  }
  return compileObject(pattern)
}

type Values = ReadonlyArray<unknown>
/** Gets the values at a place: none when it is absent, several of an array. */
type Rule = (values: Values) => boolean

function compileObject(pattern: Readonly<Record<string, unknown>>): EventPattern {
  const entries = Object.entries(pattern)
  if (entries.length === 0) throw invalid('Empty objects are not allowed')
  const tests = entries.map(([name, inner]): EventPattern => {
    if (name === '$or') return compileEither(inner)
    if (Array.isArray(inner)) {
      const rules = compileRules(inner)
      return (document) => rules(valuesAt(document, name))
    }
    if (!isObject(inner)) throw invalid(`"${name}" must be an object or an array`)
    const below = compileObject(inner)
    return (document) => below(isObject(document) ? document[name] : undefined)
  })
  const matches = (document: unknown) => tests.every((test) => test(document))
  // An array of objects matches by one of its objects.
  return (document) => (Array.isArray(document) ? document.some(matches) : matches(document))
}

function compileEither(inner: unknown): EventPattern {
  if (!Array.isArray(inner) || inner.length < 2 || !inner.every(isObject)) {
    throw invalid('There must have at least 2 Objects in $or relationship.')
  }
  const tests = inner.map(compileObject)
  return (document) => tests.some((test) => test(document))
}

function compileRules(rules: ReadonlyArray<unknown>): Rule {
  if (rules.length === 0) throw invalid('Empty arrays are not allowed')
  const compiled = rules.map(compileRule)
  return (values) => compiled.some((rule) => rule(values))
}

function compileRule(rule: unknown): Rule {
  if (!isObject(rule)) {
    if (Array.isArray(rule))
      throw invalid('Match value must be String, number, true, false, or null')
    return (values) => values.includes(rule)
  }
  const [name, operand] = single(rule)
  if (name === 'exists') {
    if (typeof operand !== 'boolean') {
      throw invalid('exists match pattern must be either true or false.')
    }
    return (values) => values.length > 0 === operand
  }
  if (name === 'anything-but') {
    const excluded = compileExcluded(operand)
    return (values) => values.length > 0 && !values.some(excluded)
  }
  const test = compileTest(name, operand)
  return (values) => values.some(test)
}

type Test = (value: unknown) => boolean

function compileTest(name: string, operand: unknown): Test {
  switch (name) {
    case 'numeric':
      return compileNumeric(operand)
    case 'cidr':
      return compileCidr(operand)
    case 'prefix':
    case 'suffix':
      return compileEnd(name, operand)
    case 'wildcard':
    case 'equals-ignore-case':
      if (typeof operand !== 'string') throw invalid(`${name} match pattern must be a string`)
      return compileText(name, operand)
    default:
      throw invalid(`Unrecognized match type ${name}`)
  }
}

function compileEnd(name: 'prefix' | 'suffix', operand: unknown): Test {
  const anyCase = isObject(operand) && typeof operand['equals-ignore-case'] === 'string'
  const part = anyCase ? String(operand['equals-ignore-case']).toLowerCase() : operand
  if (typeof part !== 'string') throw invalid(`${name} match pattern must be a string`)
  return (value) => {
    if (typeof value !== 'string') return false
    const text = anyCase ? value.toLowerCase() : value
    return name === 'prefix' ? text.startsWith(part) : text.endsWith(part)
  }
}

function compileText(name: 'wildcard' | 'equals-ignore-case', operand: string): Test {
  if (name === 'wildcard') return compileWildcard(operand)
  const small = operand.toLowerCase()
  return (value) => typeof value === 'string' && value.toLowerCase() === small
}

/** `*` stands for any text; `\\*` and `\\\\` for themselves. Takes time linear in the text for each `*`. */
function compileWildcard(operand: string): Test {
  const parts: string[] = ['']
  for (let at = 0; at < operand.length; at++) {
    const letter = operand.charAt(at)
    if (letter === '*') {
      if (operand.charAt(at + 1) === '*') {
        throw invalid(`Consecutive wildcard characters at pos ${at}`)
      }
      parts.push('')
      continue
    }
    if (letter === '\\') {
      const next = operand.charAt(++at)
      if (next !== '*' && next !== '\\') throw invalid(`Invalid escape character at pos ${at - 1}`)
      parts.push((parts.pop() ?? '') + next)
      continue
    }
    parts.push((parts.pop() ?? '') + letter)
  }
  return (value) => typeof value === 'string' && matchesParts(parts, value)
}

function matchesParts(parts: ReadonlyArray<string>, text: string): boolean {
  const [first = '', ...others] = parts
  const last = others.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of others) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}

function compileExcluded(operand: unknown): Test {
  if (isObject(operand)) {
    const [name, inner] = single(operand)
    const all = Array.isArray(inner) ? inner : [inner]
    if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(name)) {
      throw invalid(`Unsupported anything-but pattern: ${name}`)
    }
    if (all.length === 0) throw invalid('Empty arrays are not allowed')
    if (inner === '') throw invalid('Null prefix/suffix not allowed')
    const tests = all.map((one) => compileTest(name, one))
    return (value) => tests.some((test) => test(value))
  }
  const excluded: ReadonlyArray<unknown> = Array.isArray(operand) ? operand : [operand]
  if (excluded.length === 0) throw invalid('Empty arrays are not allowed')
  if (excluded.some((one) => typeof one !== 'string' && typeof one !== 'number')) {
    throw invalid('Inside anything but list, start|null|boolean is not supported.')
  }
  return (value) => excluded.includes(value)
}

function compileNumeric(operand: unknown): Test {
  if (!Array.isArray(operand)) throw invalid('Value of numeric must be an array.')
  if (operand.length === 0) throw invalid('Invalid member in numeric match: ]')
  const tests: Array<(value: number) => boolean> = []
  const [first] = operand
  for (let at = 0; at < operand.length; at += 2) {
    const name = String(operand[at])
    const compare = comparisons[name]
    const bound: unknown = operand[at + 1]
    if (!compare) throw invalid(`Unrecognized numeric range operator: ${name}`)
    if (typeof bound !== 'number') throw invalid(`Value of ${name} must be numeric`)
    const isRange = at === 0 || (at === 2 && String(first).startsWith('>') && name.startsWith('<'))
    if (!isRange) throw invalid(`Bad numeric range operator: ${name}`)
    tests.push((value) => compare(value, bound))
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value))
}

function compileCidr(operand: unknown): Test {
  if (typeof operand !== 'string') throw invalid('prefix match pattern must be a string')
  const [address = '', bits, ...rest] = operand.split('/')
  if (bits === undefined || rest.length > 0) throw invalid("Malformed CIDR, one '/' required")
  if (!/^\d+$/.test(bits)) throw invalid('Malformed CIDR, mask bits must be an integer')
  const family = isIP(address)
  if (family === 0) throw invalid(`Nonstandard IP address: ${address}`)
  if (Number(bits) > (family === 4 ? 32 : 128)) throw invalid('Malformed CIDR, mask bits too large')
  const block = new BlockList()
  block.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6')
  return (value) =>
    typeof value === 'string' &&
    isIP(value) === family &&
    block.check(value, family === 4 ? 'ipv4' : 'ipv6')
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
}

function valuesAt(document: unknown, name: string): Values {
  if (!isObject(document) || !Object.hasOwn(document, name)) return []
  const value = document[name]
  return Array.isArray(value) ? value : [value]
}

function single(rule: Readonly<Record<string, unknown>>): [string, unknown] {
  const [entry, ...others] = Object.entries(rule)
  if (!entry || others.length > 0) throw invalid('Only one key allowed in match expression')
  return entry
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(reason: string, cause?: unknown): Error {
  return new ServiceError(
    'InvalidEventPatternException',
    `Event pattern is not valid. Reason: ${reason}`,
    { cause },
  )
}
