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
  if (special) return { ...emptyCall(name), arguments: special, place }
  const star = cursor.accept('*')
  const distinct = cursor.accept('DISTINCT')
  if (!distinct) cursor.accept('ALL')
  const empty = star || cursor.at(')')
  const values = empty ? [] : commaList(cursor, () => cursor.expression())
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

/** `SUBSTRING(a FROM b FOR c)`, `POSITION(a IN b)`, `TRIM(BOTH a FROM b)`. */
function parseSpecialArguments(cursor: Reader, name: string): Expression[] | undefined {
  if (name === 'substring') {
    return cursor.attempt(() => {
      const value = cursor.value()
      cursor.expect('FROM')
      const start = cursor.value()
      const length = cursor.accept('FOR') ? [cursor.value()] : []
      cursor.expect(')')
      return [value, start, ...length]
    })
  }
  if (name === 'position') {
    const part = cursor.value()
    cursor.expect('IN')
    const whole = cursor.value()
    cursor.expect(')')
    return [part, whole]
  }
  if (name === 'trim') return parseTrim(cursor)
  return undefined
}

/** Answers side, characters (a space when absent) and value; undefined for the plain `trim(x)`. */
function parseTrim(cursor: Reader): Expression[] | undefined {
  return cursor.attempt(() => {
    const side = (['LEADING', 'TRAILING', 'BOTH'] as const).find((word) => cursor.accept(word))
    const characters = cursor.at('FROM') ? undefined : cursor.value()
    if (!side && cursor.at(')')) cursor.fail()
    if (!side && cursor.at(',')) cursor.fail()
    cursor.expect('FROM')
    const value = cursor.value()
    cursor.expect(')')
    return [
      { kind: 'text', value: side ?? 'BOTH' },
      characters ?? { kind: 'text', value: ' ' },
      value,
    ]
  })
}
