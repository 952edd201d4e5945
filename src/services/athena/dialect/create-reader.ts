import { createCursor } from './cursor.ts'
import { parseExpression, parseValue } from './parse-expression.ts'
import { parseQuery, parseSortItems, parseWindow } from './parse-query.ts'
import type { Expression } from './query-ast.ts'
import type { Reader } from './reader.ts'

/** Throws `SqlSyntaxError` for what is no SQL, `UnsupportedSqlError` for what is not built. */
export function createReader(sql: string, parameters?: ReadonlyArray<Expression>): Reader {
  const reader: Reader = {
    ...createCursor(sql, parameters),
    expression: () => parseExpression(reader),
    value: () => parseValue(reader),
    query: () => parseQuery(reader),
    sortItems: () => parseSortItems(reader),
    window: () => parseWindow(reader),
  }
  return reader
}
