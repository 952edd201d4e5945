import { invalidParameter } from '../lambda-errors.ts'

/** Whether a document matches a pattern of EventBridge's language. */
export type EventPattern = (document: unknown) => boolean

/**
 * Event patterns as event source mappings take them (Lambda Developer Guide, "Filter rule syntax"):
 * exact values, `prefix`, `suffix`, `anything-but`, `numeric`, `exists`, `equals-ignore-case` and
 * `$or`. Throws `InvalidParameterValueException` for anything else.
 */
export function compileEventPattern(text: string): EventPattern {
  let pattern: unknown
  try {
    pattern = JSON.parse(text)
  } catch (error) {
    throw invalid(error)
  }
  return compileObject(pattern)
}

type Values = ReadonlyArray<unknown>
/** Gets the values at a place: none when it is absent, several of an array. */
type Rule = (values: Values) => boolean

function compileObject(pattern: unknown): EventPattern {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) throw invalid()
  const tests = Object.entries(pattern).map(([name, inner]): EventPattern => {
    if (name === '$or') return compileEither(inner)
    if (Array.isArray(inner)) {
      const rules = compileRules(inner)
      return (document) => rules(valuesAt(document, name))
    }
    const below = compileObject(inner)
    return (document) => isObject(document) && below(document[name])
  })
  return (document) => tests.every((test) => test(document))
}

function compileEither(inner: unknown): EventPattern {
  if (!Array.isArray(inner) || inner.length === 0) throw invalid()
  const tests = inner.map(compileObject)
  return (document) => tests.some((test) => test(document))
}

function compileRules(rules: ReadonlyArray<unknown>): Rule {
  if (rules.length === 0) throw invalid()
  const compiled = rules.map(compileRule)
  return (values) => compiled.some((rule) => rule(values))
}

function compileRule(rule: unknown): Rule {
  if (!isObject(rule)) {
    if (Array.isArray(rule) || rule === undefined) throw invalid()
    return (values) => values.includes(rule)
  }
  const [name, operand] = single(rule)
  if (name === 'exists') {
    if (typeof operand !== 'boolean') throw invalid()
    return (values) => values.length > 0 === operand
  }
  if (name === 'anything-but') {
    const excluded = compileExcluded(operand)
    return (values) => values.length > 0 && !values.some(excluded)
  }
  const test = compileTest(name, operand)
  return (values) => values.some(test)
}

function compileTest(name: string, operand: unknown): (value: unknown) => boolean {
  if (name === 'numeric') return compileNumeric(operand)
  if (typeof operand !== 'string') throw invalid()
  const small = operand.toLowerCase()
  switch (name) {
    case 'prefix':
      return (value) => typeof value === 'string' && value.startsWith(operand)
    case 'suffix':
      return (value) => typeof value === 'string' && value.endsWith(operand)
    case 'equals-ignore-case':
      return (value) => typeof value === 'string' && value.toLowerCase() === small
    default:
      throw invalid()
  }
}

function compileExcluded(operand: unknown): (value: unknown) => boolean {
  if (isObject(operand)) return compileTest(...single(operand))
  const excluded: ReadonlyArray<unknown> = Array.isArray(operand) ? operand : [operand]
  if (excluded.length === 0 || excluded.some((one) => typeof one === 'object')) throw invalid()
  return (value) => excluded.includes(value)
}

function compileNumeric(operand: unknown): (value: unknown) => boolean {
  if (!Array.isArray(operand) || operand.length === 0 || operand.length % 2 !== 0) throw invalid()
  const tests: Array<(value: number) => boolean> = []
  for (let at = 0; at < operand.length; at += 2) {
    const compare = comparisons[String(operand[at])]
    const bound: unknown = operand[at + 1]
    if (!compare || typeof bound !== 'number') throw invalid()
    tests.push((value) => compare(value, bound))
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value))
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
  if (!entry || others.length > 0) throw invalid()
  return entry
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(cause?: unknown): Error {
  return invalidParameter('Invalid filter pattern definition.', cause)
}
