import { commaList } from './cursor.ts'
import type { Call, Expression, SortItem } from './query-ast.ts'
import type { Reader } from './reader.ts'
import { UnsupportedSqlError } from './tokens.ts'

/** Functions with a syntax of their own that is not built. */
const UNSUPPORTED =
  /^(json_value|json_query|json_exists|json_table|json_object|json_array|normalize|classifier|match_number)$/

/** `name(DISTINCT a, b ORDER BY c) FILTER (WHERE d) IGNORE NULLS OVER (…)`. */
export function parseCall(cursor: Reader): Call {
  const place = cursor.next()
  const name = place.text.toLowerCase()
  if (UNSUPPORTED.test(name)) throw new UnsupportedSqlError(`${name}()`, place)
  cursor.expect('(')
  const special = parseSpecialArguments(cursor, name)
  if (special && 'form' in special) return { ...emptyCall(name), arguments: special.form, place }
  const star = cursor.accept('*')
  const distinct = cursor.accept('DISTINCT')
  if (!distinct) cursor.accept('ALL')
  const values = parseArguments(cursor, special?.first)
  let orderBy: ReadonlyArray<SortItem> = cursor.at('ORDER') ? cursor.sortItems() : []
  if (name === 'listagg' && cursor.at('ON')) throw new UnsupportedSqlError('ON OVERFLOW', place)
  cursor.expect(')')
  if (cursor.accept('WITHIN', 'GROUP')) {
    cursor.expect('(')
    orderBy = cursor.sortItems()
    cursor.expect(')')
  }
  return { ...emptyCall(name), arguments: values, star, distinct, orderBy, place, ...rest(cursor) }
}

function emptyCall(name: string) {
  return { kind: 'call' as const, name, star: false, distinct: false, orderBy: [] }
}

function rest(cursor: Reader): Pick<Call, 'filter' | 'nulls' | 'over'> {
  let filter: Expression | undefined
  if (cursor.at('FILTER', '(')) {
    cursor.expect('FILTER', '(', 'WHERE')
    filter = cursor.expression()
    cursor.expect(')')
  }
  const ignore = cursor.accept('IGNORE', 'NULLS')
  const respect = !ignore && cursor.accept('RESPECT', 'NULLS')
  const over = cursor.accept('OVER') ? cursor.window() : undefined
  return {
    ...(filter && { filter }),
    ...(ignore && { nulls: 'IGNORE' as const }),
    ...(respect && { nulls: 'RESPECT' as const }),
    ...(over && { over }),
  }
}

function parseArguments(cursor: Reader, first: Expression | undefined): Expression[] {
  if (!first)
    return cursor.at(')') || cursor.at('ORDER') ? [] : commaList(cursor, () => cursor.expression())
  return cursor.accept(',') ? [first, ...commaList(cursor, () => cursor.expression())] : [first]
}

/** Arguments with words between them; or, where there are none, the first plain argument. */
type SpecialArguments =
  | { readonly form: ReadonlyArray<Expression> }
  | { readonly first: Expression }
  | undefined

/** `SUBSTRING(a FROM b FOR c)`, `POSITION(a IN b)`, `TRIM(BOTH a FROM b)`. */
function parseSpecialArguments(cursor: Reader, name: string): SpecialArguments {
  if (name === 'substring') {
    const first = cursor.expression()
    if (!cursor.accept('FROM')) return { first }
    const start = cursor.value()
    const length = cursor.accept('FOR') ? [cursor.value()] : []
    cursor.expect(')')
    return { form: [first, start, ...length] }
  }
  if (name === 'position') {
    const part = cursor.value()
    cursor.expect('IN')
    const whole = cursor.value()
    cursor.expect(')')
    return { form: [part, whole] }
  }
  return name === 'trim' ? parseTrim(cursor) : undefined
}

/** The form has side, characters (a space when absent) and value. */
function parseTrim(cursor: Reader): SpecialArguments {
  const side = (['LEADING', 'TRAILING', 'BOTH'] as const).find((word) => cursor.accept(word))
  const first = cursor.at('FROM') ? undefined : cursor.value()
  if (first && !side && !cursor.at('FROM')) return { first }
  const characters = first ?? { kind: 'text', value: ' ' }
  cursor.expect('FROM')
  const value = cursor.value()
  cursor.expect(')')
  return { form: [{ kind: 'text', value: side ?? 'BOTH' }, characters, value] }
}
