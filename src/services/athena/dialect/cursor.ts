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
  /** True when the next tokens are these words or symbols. */
  at(...texts: ReadonlyArray<string>): boolean
  /** Takes them when they are next. */
  accept(...texts: ReadonlyArray<string>): boolean
  /** Takes them or fails. */
  expect(...texts: ReadonlyArray<string>): Token
  take(kind: TokenKind, what: string): Token
  /** Fails at the next token (or at `token`), saying what was expected. */
  fail(expecting?: string, token?: Token): never
  /** Tries a reading; goes back to where it was when that fails. */
  attempt<T>(read: () => T): T | undefined
  /** What the question mark stands for that was just taken. */
  parameter(): Expression
  /** The text from a token up to the next one to be read. */
  textFrom(start: Token): string
}

/** `parameters` take the place of the question marks; without them, those stay as they are. */
export function createCursor(sql: string, parameters?: ReadonlyArray<Expression>): Cursor {
  const tokens = tokenize(sql)
  let position = 0

  const peek = (ahead = 0) =>
    present(tokens[Math.min(position + ahead, tokens.length - 1)], 'a token')

  function isText(token: Token, text: string): boolean {
    if (token.kind === 'word') return token.text.toUpperCase() === text
    return token.kind === 'symbol' && token.text === text
  }

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
    attempt(read) {
      const start = position
      try {
        return read()
      } catch (error) {
        if (!(error instanceof SqlSyntaxError)) throw error
        position = start
        return undefined
      }
    },
    parameter() {
      const before = tokens.slice(0, position)
      const index =
        before.filter((token) => token.kind === 'symbol' && token.text === '?').length - 1
      const place = before.at(-1) ?? peek()
      if (!parameters) return { kind: 'parameter', place }
      const value = parameters[index]
      if (value) return value
      const count = tokens.filter((token) => token.kind === 'symbol' && token.text === '?').length
      throw new SqlSyntaxError(
        place,
        `Incorrect number of parameters: expected ${count} but found ${parameters.length}`,
      )
    },
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
