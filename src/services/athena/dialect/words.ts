import type { Cursor } from './cursor.ts'
import type { Name } from './query-ast.ts'
import type { Token } from './tokens.ts'

/** Words that cannot name a column or table without quotes (Trino: Reserved keywords). */
const RESERVED: ReadonlySet<string> = new Set(
  `ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE
   CURRENT_PATH CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE
   DELETE DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT EXECUTE EXISTS EXTRACT FALSE FOR FROM FULL
   GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO IS JOIN LEFT LIKE LISTAGG LOCALTIME
   LOCALTIMESTAMP NATURAL NORMALIZE NOT NULL ON OR ORDER OUTER PREPARE RECURSIVE RIGHT ROLLUP SELECT
   SKIP TABLE THEN TRUE UNION UNNEST USING VALUES WHEN WHERE WITH`.split(/\s+/),
)

/** Words that may be names but, behind a table, begin the next clause. */
const CLAUSES: ReadonlySet<string> = new Set(
  'LIMIT OFFSET FETCH WINDOW TABLESAMPLE MATCH_RECOGNIZE SET'.split(' '),
)

function isReserved(token: Token): boolean {
  return token.kind === 'word' && RESERVED.has(token.text.toUpperCase())
}

export function isName(token: Token): boolean {
  if (token.kind === 'word') return !isReserved(token)
  return token.kind === 'quoted' || token.kind === 'backtick'
}

export function parseName(cursor: Cursor): Name {
  const token = cursor.peek()
  if (!isName(token)) cursor.fail('<identifier>')
  cursor.next()
  return { text: token.text, quoted: token.kind !== 'word' }
}

/** `a.b.c`. */
export function parseNames(cursor: Cursor): Name[] {
  const names = [parseName(cursor)]
  while (cursor.accept('.')) names.push(parseName(cursor))
  return names
}

/** An alias with or without AS, where there is one. */
export function parseAlias(cursor: Cursor): Name | undefined {
  if (cursor.accept('AS')) return parseName(cursor)
  const token = cursor.peek()
  if (!isName(token)) return undefined
  if (token.kind === 'word' && CLAUSES.has(token.text.toUpperCase())) return undefined
  return parseName(cursor)
}

/** True when the next token, behind any opening parentheses, begins a query. */
export function startsQuery(cursor: Cursor): boolean {
  const token = cursor.peekInside()
  return token.kind === 'word' && /^(SELECT|WITH|VALUES|TABLE)$/i.test(token.text)
}
