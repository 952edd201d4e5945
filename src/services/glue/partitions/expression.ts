import { invalidInput } from '../catalog-errors.ts'

/**
 * The condition language over partition keys, of GetPartitions' `Expression` and of Spark's
 * `push_down_predicate`. Grammar, in the order of the code:
 *
 *     or      = and ("OR" and)*
 *     and     = not ("AND" not)*
 *     not     = "NOT" not | test
 *     test    = sum ( compare sum | ["NOT"] "BETWEEN" sum "AND" sum | ["NOT"] "IN" "(" sum (","
 *     sum)* ")"
 *             | ["NOT"] "LIKE" sum | "IS" ["NOT"] "NULL" )?
 *     compare = "=" | "==" | "<>" | "!=" | "<" | "<=" | ">" | ">="
 *     sum     = atom ("||" atom)*
 *     atom    = "(" or ")" | literal | "CAST" "(" or "AS" type ")" | name "(" [or ("," or)*] ")" |
 *     column
 *     literal = text | number | "TRUE" | "FALSE" | "NULL" | ("DATE" | "TIMESTAMP") text
 */
export type Expression =
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'cast'; readonly operand: Expression; readonly type: string }
  | { readonly kind: 'call'; readonly name: string; readonly operands: ReadonlyArray<Expression> }
  | {
      readonly kind: 'compare'
      readonly operator: Comparison
      readonly left: Expression
      readonly right: Expression
    }
  | {
      readonly kind: 'between'
      readonly operand: Expression
      readonly low: Expression
      readonly high: Expression
    }
  | { readonly kind: 'in'; readonly operand: Expression; readonly options: readonly Expression[] }
  | { readonly kind: 'like'; readonly operand: Expression; readonly pattern: Expression }
  | { readonly kind: 'is-null'; readonly operand: Expression }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='

interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'mark' | 'end'
  readonly text: string
}

const DEPTH_MAX = 200
const tokenPattern =
  /\s*(?:(?<text>'(?:[^']|'')*'|"(?:[^"]|"")*")|(?<name>`[^`]+`)|(?<number>-?\d+(?:\.\d+)?(?![\w.]))|(?<word>[\p{L}\p{N}_.]+)|(?<mark><=|>=|<>|<\s>|!=|==|\|\||[=<>(),]))/uy

/** Throws `InvalidInputException` for what is not an expression. */
export function parseExpression(source: string): Expression {
  const tokens = tokenize(source)
  const cursor = { tokens, at: 0, depth: 0 }
  const expression = parseOr(cursor)
  if (peek(cursor).kind !== 'end') throw malformed(peek(cursor).text)
  return expression
}

const malformed = (near: string) =>
  invalidInput(`Unsupported expression '${near}': the partition expression cannot be parsed`)

function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  const pattern = new RegExp(tokenPattern)
  let at = 0
  while (source.slice(at).trim() !== '') {
    pattern.lastIndex = at
    const groups = pattern.exec(source)?.groups
    if (!groups) throw malformed(source.slice(at, at + 40))
    at = pattern.lastIndex
    tokens.push(tokenOf(groups))
  }
  return tokens
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>): Token {
  const { text, name, number, word, mark = '' } = groups
  if (text) {
    const quote = text[0] ?? ''
    return { kind: 'text', text: text.slice(1, -1).replaceAll(quote + quote, quote) }
  }
  if (name) return { kind: 'name', text: name.slice(1, -1) }
  if (number) return { kind: 'number', text: number }
  if (word) return { kind: 'word', text: word }
  return { kind: 'mark', text: mark.replace(' ', '') }
}

interface Cursor {
  readonly tokens: ReadonlyArray<Token>
  at: number
  depth: number
}

const endToken: Token = { kind: 'end', text: 'end of expression' }

function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.at] ?? endToken
}

function next(cursor: Cursor): Token {
  const token = peek(cursor)
  cursor.at++
  return token
}

function takeWord(cursor: Cursor, word: string): boolean {
  const token = peek(cursor)
  if (token.kind !== 'word' || token.text.toUpperCase() !== word) return false
  cursor.at++
  return true
}

function takeMark(cursor: Cursor, mark: string): boolean {
  const token = peek(cursor)
  if (token.kind !== 'mark' || token.text !== mark) return false
  cursor.at++
  return true
}

function expectMark(cursor: Cursor, mark: string): void {
  if (!takeMark(cursor, mark)) throw malformed(peek(cursor).text)
}

function parseOr(cursor: Cursor): Expression {
  if (++cursor.depth > DEPTH_MAX) throw malformed('(')
  let left = parseAnd(cursor)
  while (takeWord(cursor, 'OR')) left = { kind: 'or', left, right: parseAnd(cursor) }
  cursor.depth--
  return left
}

function parseAnd(cursor: Cursor): Expression {
  let left = parseNot(cursor)
  while (takeWord(cursor, 'AND')) left = { kind: 'and', left, right: parseNot(cursor) }
  return left
}

function parseNot(cursor: Cursor): Expression {
  let negations = 0
  while (takeWord(cursor, 'NOT')) negations++
  const test = parseTest(cursor)
  return negations % 2 === 1 ? { kind: 'not', operand: test } : test
}

const comparisons: Readonly<Record<string, Comparison>> = {
  '=': '=',
  '==': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

function parseTest(cursor: Cursor): Expression {
  const operand = parseSum(cursor)
  const token = peek(cursor)
  const operator = token.kind === 'mark' ? comparisons[token.text] : undefined
  if (operator) {
    cursor.at++
    return { kind: 'compare', operator, left: operand, right: parseSum(cursor) }
  }
  if (takeWord(cursor, 'IS')) {
    const negated = takeWord(cursor, 'NOT')
    if (!takeWord(cursor, 'NULL')) throw malformed(peek(cursor).text)
    return negate(negated, { kind: 'is-null', operand })
  }
  const negated = takeWord(cursor, 'NOT')
  const test = parseRange(cursor, operand)
  if (negated && test === operand) throw malformed(peek(cursor).text)
  return negate(negated, test)
}

function parseRange(cursor: Cursor, operand: Expression): Expression {
  if (takeWord(cursor, 'BETWEEN')) {
    const low = parseSum(cursor)
    if (!takeWord(cursor, 'AND')) throw malformed(peek(cursor).text)
    return { kind: 'between', operand, low, high: parseSum(cursor) }
  }
  if (takeWord(cursor, 'IN')) {
    expectMark(cursor, '(')
    return { kind: 'in', operand, options: parseList(cursor) }
  }
  if (takeWord(cursor, 'LIKE')) return { kind: 'like', operand, pattern: parseSum(cursor) }
  return operand
}

const negate = (negated: boolean, operand: Expression): Expression =>
  negated ? { kind: 'not', operand } : operand

/** The rest of a list whose parenthesis is open. */
function parseList(cursor: Cursor): Expression[] {
  const items: Expression[] = []
  if (takeMark(cursor, ')')) return items
  do items.push(parseOr(cursor))
  while (takeMark(cursor, ','))
  expectMark(cursor, ')')
  return items
}

function parseSum(cursor: Cursor): Expression {
  const operands = [parseAtom(cursor)]
  while (takeMark(cursor, '||')) operands.push(parseAtom(cursor))
  const [only] = operands
  return operands.length === 1 && only ? only : { kind: 'call', name: 'concat', operands }
}

const reserved = new Set(['AND', 'OR', 'NOT', 'IN', 'IS', 'LIKE', 'BETWEEN'])

function parseAtom(cursor: Cursor): Expression {
  const token = next(cursor)
  if (token.kind === 'text') return { kind: 'text', value: token.text }
  if (token.kind === 'number') return { kind: 'number', value: token.text }
  if (token.kind === 'name') return { kind: 'column', name: token.text.toLowerCase() }
  if (token.kind === 'mark' && token.text === '(') {
    const inner = parseOr(cursor)
    expectMark(cursor, ')')
    return inner
  }
  const word = token.text.toUpperCase()
  if (token.kind !== 'word' || reserved.has(word)) throw malformed(token.text)
  return parseWord(cursor, token.text, word)
}

function parseWord(cursor: Cursor, text: string, word: string): Expression {
  if (word === 'TRUE' || word === 'FALSE') return { kind: 'boolean', value: word === 'TRUE' }
  if (word === 'NULL') return { kind: 'null' }
  const following = peek(cursor)
  if ((word === 'DATE' || word === 'TIMESTAMP') && following.kind === 'text') {
    cursor.at++
    const operand: Expression = { kind: 'text', value: following.text }
    return { kind: 'cast', operand, type: word.toLowerCase() }
  }
  if (!takeMark(cursor, '(')) return { kind: 'column', name: text.toLowerCase() }
  if (word !== 'CAST')
    return { kind: 'call', name: text.toLowerCase(), operands: parseList(cursor) }
  const operand = parseOr(cursor)
  if (!takeWord(cursor, 'AS')) throw malformed(peek(cursor).text)
  const type = next(cursor).text.toLowerCase()
  if (takeMark(cursor, '(')) parseList(cursor)
  expectMark(cursor, ')')
  return { kind: 'cast', operand, type }
}
