import { invalidInput } from './catalog-errors.ts'

const LENGTH_MAX = 255

/**
 * GetTables' `Expression`. AWS calls it a regular expression, but it is Hive's: a `*` alone stands
 * for any text (`*clicks*`, as awswrangler sends it), `|` separates alternatives, case is not
 * looked at.
 */
export function namePattern(expression: string): RegExp {
  // Nested repetition could keep the process busy for ever.
  const nested = /[+*}][^()]*\)\s*[+*{]/.test(expression)
  if (nested || expression.length > LENGTH_MAX) throw refused(expression)
  try {
    return new RegExp(`^(?:${expression.replace(/(?<![.\])\\])\*/g, '.*')})$`, 'iu')
  } catch {
    throw refused(expression)
  }
}

const refused = (expression: string) =>
  invalidInput(
    `The expression '${expression}' is not a pattern that table names can be matched with`,
  )
