import type { PolicyQuestion } from './policy-document.ts'

const ANY: unique symbol = Symbol('*')
const ONE: unique symbol = Symbol('?')

/** Characters, and what stands for several or one of them. */
export type Pattern = ReadonlyArray<string | typeof ANY | typeof ONE>

type Context = PolicyQuestion['context']

/**
 * A text of a policy with `*`, `?` and (from version 2012-10-17) variables such as `${aws:username}`.
 * A value of a variable stands for itself, also where it has a `*` in it. Undefined when a variable
 * has no single value: such a text matches nothing.
 */
export function compilePattern(
  text: string,
  variables: Context | undefined,
  options: { readonly wildcards: boolean } = { wildcards: true },
): Pattern | undefined {
  const pattern: Array<string | typeof ANY | typeof ONE> = []
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    const end = character === '$' && variables && text[at + 1] === '{' ? text.indexOf('}', at) : -1
    if (end > 0 && variables) {
      const value = variableValue(text.slice(at + 2, end), variables)
      if (value === undefined) return undefined
      pattern.push(...value.split(''))
      at = end
    } else if (character === '*' && options.wildcards) pattern.push(ANY)
    else if (character === '?' && options.wildcards) pattern.push(ONE)
    else pattern.push(character)
  }
  return pattern
}

/** In time of at most the product of both lengths. */
export function matchesPattern(pattern: Pattern, text: string): boolean {
  let at = 0
  let next = 0
  let star = -1
  let resume = 0
  while (at < text.length) {
    const wanted = pattern[next]
    if (wanted === ANY) {
      star = next++
      resume = at
    } else if (wanted === ONE || wanted === text[at]) {
      next++
      at++
    } else if (star >= 0) {
      next = star + 1
      at = ++resume
    } else {
      return false
    }
  }
  while (pattern[next] === ANY) next++
  return next === pattern.length
}

/** The value of a key of any case, when there is just one. */
function singleValue(context: Context, key: string): string | undefined {
  const value = keyValue(context, key)
  if (typeof value === 'string' || value === undefined) return value
  return value.length === 1 ? value[0] : undefined
}

/** The value or values of a condition key; AWS compares the names of keys without case. */
export function keyValue(context: Context, key: string): Context[string] {
  if (Object.hasOwn(context, key)) return context[key]
  const wanted = key.toLowerCase()
  for (const name in context) {
    if (name.toLowerCase() === wanted) return context[name]
  }
  return undefined
}

/** `${*}`, `${?}` and `${$}` are the characters themselves; `${key, 'else'}` has a default. */
function variableValue(inside: string, context: Context): string | undefined {
  if (inside === '*' || inside === '?' || inside === '$') return inside
  const [key = '', fallback] = inside.split(/\s*,\s*/, 2)
  return singleValue(context, key.trim()) ?? /^'(.*)'\s*$/.exec(fallback ?? '')?.[1]
}
