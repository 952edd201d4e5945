import { compileJsonPattern } from './json-pattern.ts'
import { invalidParameter, unsupported } from './log-errors.ts'

/** Whether a message passes. */
export type FilterPattern = (message: string) => boolean

/**
 * Filter patterns (CloudWatch Logs User Guide, "Filter pattern syntax"): nothing, terms, `?term`
 * (one of them), `-term` (none of them), quoted phrases, and JSON patterns in braces. Throws
 * `InvalidParameterException`, also for what is not built: space-delimited patterns in brackets and
 * regular expressions in percent signs.
 */
export function compileFilterPattern(text: string | undefined): FilterPattern {
  const pattern = (text ?? '').trim()
  if (pattern === '') return () => true
  if (pattern.startsWith('{')) return compileJsonPattern(pattern)
  if (pattern.startsWith('[')) throw unsupported('A space-delimited filter pattern ([...])')
  const terms = readTerms(pattern)
  const required = terms.filter((term) => term.kind === 'required').map((term) => term.text)
  const optional = terms.filter((term) => term.kind === 'optional').map((term) => term.text)
  const excluded = terms.filter((term) => term.kind === 'excluded').map((term) => term.text)
  return (message) =>
    required.every((term) => message.includes(term)) &&
    !excluded.some((term) => message.includes(term)) &&
    // AWS: beside a required term, the optional ones have no effect.
    (required.length > 0 ||
      optional.length === 0 ||
      optional.some((term) => message.includes(term)))
}

interface Term {
  readonly kind: 'required' | 'optional' | 'excluded'
  readonly text: string
}

function readTerms(pattern: string): ReadonlyArray<Term> {
  const terms: Term[] = []
  const shape = /\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/y
  while (shape.lastIndex < pattern.length) {
    const found = shape.exec(pattern)
    if (!found) throw invalidParameter('Invalid filter pattern: a quote is not closed')
    const [, sign, quoted, plain] = found
    if (plain?.startsWith('%'))
      throw unsupported('A regular expression (%...%) in a filter pattern')
    const text = quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1')
    const kind = sign === '-' ? 'excluded' : sign === '?' ? 'optional' : 'required'
    terms.push({ kind, text })
  }
  return terms
}
