import type { Limits } from '../model/data.ts'
import type { Member, Shape } from '../model/shape.ts'

/** One thing that a value must satisfy, and AWS's words for it. */
export interface Constraint {
  readonly says: string
  isKept(value: unknown): boolean
}

/** A pattern is tried on texts up to this length only, so that none can be used to burn time. */
const patternTextLengthMax = 16_384

/**
 * The constraints on the value itself, not on what lies in it. In AWS's wording and order of lists
 * within a `Member must satisfy constraint: [...]`.
 */
export function constraintsOf(
  shape: Shape,
  limits: Limits | undefined,
  enums: Readonly<Record<string, ReadonlyArray<string>>>,
): ReadonlyArray<Constraint> {
  if (limits === undefined || shape.kind === 'structure' || shape.kind === 'document') return []
  if (shape.kind === 'blob' && shape.streaming) return []
  const values = limits.enum === undefined ? undefined : enums[limits.enum]
  if (values) return [enumConstraint(values)]
  const constraints: Constraint[] = []
  const measure = measureOf(shape)
  if (measure) {
    const { min, max } = limits
    const isFraction = limits.number === 'float' || limits.number === 'double'
    const bound = (value: number) => (isFraction ? javaFraction(value) : String(value))
    const what = `Member must have ${shape.kind === 'number' ? 'value' : 'length'}`
    if (max !== undefined) {
      constraints.push({
        says: `${what} less than or equal to ${bound(max)}`,
        isKept: (value) => measure(value) <= max,
      })
    }
    if (min !== undefined) {
      constraints.push({
        says: `${what} greater than or equal to ${bound(min)}`,
        isKept: (value) => measure(value) >= min,
      })
    }
  }
  if (limits.pattern !== undefined && shape.kind === 'string') {
    const constraint = patternConstraint(limits.pattern)
    if (constraint) constraints.push(constraint)
  }
  return constraints
}

/** Java writes a whole number of type double as `1.0`. */
export function javaFraction(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

function measureOf(shape: Shape): ((value: unknown) => number) | undefined {
  switch (shape.kind) {
    case 'number':
      return (value) => value as number
    case 'string':
    case 'blob':
    case 'list':
      return (value) => (value as { readonly length: number }).length
    case 'map':
      return (value) => Object.keys(value as object).length
    default:
      return undefined
  }
}

function enumConstraint(values: ReadonlyArray<string>): Constraint {
  const known = new Set<unknown>(values)
  return {
    says: `Member must satisfy enum value set: [${values.join(', ')}]`,
    isKept: (value) => known.has(value),
  }
}

function patternConstraint(pattern: string): Constraint | undefined {
  const expression = compilePattern(pattern)
  if (!expression) return undefined
  return {
    says: `Member must satisfy regular expression pattern: ${pattern}`,
    isKept: (value) => {
      const text = value as string
      return text.length > patternTextLengthMax || expression.test(text)
    },
  }
}

/** Java's patterns are for the whole value. `undefined` where JavaScript cannot read one. */
export function compilePattern(pattern: string): RegExp | undefined {
  const translated = translatePattern(pattern)
  const whole = `^(?:${translated})$`
  try {
    return new RegExp(whole, 'u')
  } catch {
    // Java allows escapes that Unicode mode does not; without it, `\p{…}` would mean something else.
    return translated.includes('\\p{') ? undefined : compileLoosely(whole)
  }
}

function compileLoosely(source: string): RegExp | undefined {
  try {
    return new RegExp(source)
  } catch {
    return undefined
  }
}

/** What Java writes otherwise: POSIX classes, the ends of the text, escapes that say nothing. */
function translatePattern(pattern: string): string {
  return pattern
    .replaceAll('\\p{Alnum}', 'a-zA-Z0-9')
    .replaceAll('\\p{Print}', '\\x20-\\x7e')
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replace(/\\([_: "'@,;=<>!#%&~`])/g, '$1')
}

/** Whether a list may hold nothing but values. */
export function refusesNull({ traits, shape }: Pick<Member, 'traits' | 'shape'>): boolean {
  return shape.kind === 'list' && traits.sparse !== 1
}
