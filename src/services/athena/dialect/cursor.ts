import { present } from '../../../base/assert.ts'
import type { Expression } from './query-ast.ts'
import type { Token, TokenKind } from './tokens.ts'
import { SqlSyntaxError, tokenize } from './tokens.ts'

/** Reads a token list from left to right. Words are compared without regard to case. */
export interface Cursor {
  readonly sql: string
  /** The token `ahead` places on (0: the next one). */
  peek(ahead?: number): Token
  next(): Token
  /** The next token that is no opening parenthesis. */
  peekInside(): Token
  /** True when the next tokens are these words or symbols. */
  at(...texts: ReadonlyArray<string>): boolean
  /** Takes them when they are next. */
  accept(...texts: ReadonlyArray<string>): boolean
  /** Takes them or fails. */
  expect(...texts: ReadonlyArray<string>): Token
  take(kind: TokenKind, what: string): Token
  /** Fails at the next token (or at `token`), saying what was expected. */
  fail(expecting?: string, token?: Token): never
  /**
   * Tries a reading; goes back to where it was when that fails. What has failed at a place is not tried
   * there again, so nested attempts cost no more than the square of their depth.
   */
  attempt<T>(what: string, read: () => T): T | undefined
  /** What the question mark stands for that was just taken. */
  parameter(): Expression
  /** The text from a token up to the next one to be read. */
  textFrom(start: Token): string
}

/** `parameters` take the place of the question marks; without them, those stay as they are. */
export function createCursor(sql: string, parameters?: ReadonlyArray<Expression>): Cursor {
  const tokens = tokenize(sql)
  const insides = insideOf(tokens)
  const marks = new Map(
    tokens.filter((token) => isText(token, '?')).map((token, at) => [token, at]),
  )
  const failed = new Set<string>()
  let position = 0

  const peek = (ahead = 0) =>
    present(tokens[Math.min(position + ahead, tokens.length - 1)], 'a token')

  function fail(expecting?: string, token = peek()): never {
    const found = token.kind === 'text' ? `'${token.text}'` : token.text
    const hint = expecting ? `. Expecting: ${expecting}` : ''
    throw new SqlSyntaxError(token, `mismatched input '${found}'${hint}`)
  }

  const at = (...texts: ReadonlyArray<string>) =>
    texts.every((text, index) => isText(peek(index), text))

  function next(): Token {
    const token = peek()
    if (token.kind !== 'end') position++
    return token
  }

  const cursor: Cursor = {
    sql,
    peek,
    peekInside: () => present(tokens[insides[position] ?? position], 'a token'),
    next,
    at,
    accept(...texts) {
      if (!at(...texts)) return false
      position += texts.length
      return true
    },
    expect(...texts) {
      let last = peek()
      for (const text of texts) {
        if (!at(text)) fail(`'${text}'`)
        last = next()
      }
      return last
    },
    take(kind, what) {
      if (peek().kind !== kind) fail(what)
      return next()
    },
    fail,
    attempt(what, read) {
      const start = position
      const attempted = `${what}@${start}`
      if (failed.has(attempted)) return undefined
      try {
        return read()
      } catch (error) {
        if (!(error instanceof SqlSyntaxError)) throw error
        position = start
        failed.add(attempted)
        return undefined
      }
    },
    parameter: () =>
      parameterAt(present(tokens[position - 1], 'the question mark'), marks, parameters),
    textFrom(start) {
      const last = tokens[position - 1]
      if (!last || last.offset < start.offset) return ''
      const end = peek().offset
      return sql
        .slice(start.offset, end)
        .replace(/(\s|--[^\n]*\n?|\/\*[\s\S]*?\*\/)+$/, '')
        .trimEnd()
    },
  }
  return cursor
}

function isText(token: Token, text: string): boolean {
  if (token.kind === 'word') return token.text.toUpperCase() === text
  return token.kind === 'symbol' && token.text === text
}

/** What stands for the question mark at `place`. */
function parameterAt(
  place: Token,
  marks: ReadonlyMap<Token, number>,
  parameters: ReadonlyArray<Expression> | undefined,
): Expression {
  if (!parameters) return { kind: 'parameter', place }
  const value = parameters[marks.get(place) ?? -1]
  if (value) return value
  throw new SqlSyntaxError(
    place,
    `Incorrect number of parameters: expected ${marks.size} but found ${parameters.length}`,
  )
}

/** For each token the place of the next one that is no opening parenthesis. */
function insideOf(tokens: ReadonlyArray<Token>): ReadonlyArray<number> {
  const insides: number[] = new Array(tokens.length)
  for (let at = tokens.length - 1; at >= 0; at--) {
    const token = tokens[at]
    const opens = token?.kind === 'symbol' && token.text === '('
    insides[at] = opens ? (insides[at + 1] ?? at) : at
  }
  return insides
}

/** Items with commas between them, at least one. */
export function commaList<T>(cursor: Cursor, read: () => T): T[] {
  const items = [read()]
  while (cursor.accept(',')) items.push(read())
  return items
}

/** `( item, item, … )`. */
export function parenthesized<T>(cursor: Cursor, read: () => T): T[] {
  cursor.expect('(')
  const items = commaList(cursor, read)
  cursor.expect(')')
  return items
}
