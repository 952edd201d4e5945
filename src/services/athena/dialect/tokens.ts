/** Where a token starts, counted as Trino does: lines from 1, columns from 1. */
export interface Place {
  readonly offset: number
  readonly line: number
  readonly column: number
}

export type TokenKind =
  | 'word'
  | 'quoted'
  | 'backtick'
  | 'text'
  | 'binary'
  | 'number'
  | 'symbol'
  | 'end'

export interface Token extends Place {
  readonly kind: TokenKind
  /** Without quotes; words as written. */
  readonly text: string
}

/** A statement that Athena would not parse. The message has Trino's form `line 1:8: …`. */
export class SqlSyntaxError extends Error {
  override readonly name = 'SqlSyntaxError'
  readonly place: Place

  constructor(place: Place, problem: string) {
    super(`line ${place.line}:${place.column}: ${problem}`)
    this.place = place
  }
}

/** Valid SQL of Athena that this build cannot honour: refused by its name. */
export class UnsupportedSqlError extends Error {
  override readonly name = 'UnsupportedSqlError'

  constructor(what: string, place?: Place) {
    const where = place ? `line ${place.line}:${place.column}: ` : ''
    super(`NOT_SUPPORTED: ${where}${what} is not supported by Headrace yet`)
  }
}

const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+|--[^\n]*|/\*[\s\S]*?\*/)`,
    "[xX]'(?<binary>[^']*)'",
    "'(?<text>(?:''|[^'])*)'",
    '"(?<quoted>(?:""|[^"])*)"',
    '`(?<backtick>(?:``|[^`])*)`',
    String.raw`(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)`,
    String.raw`(?<word>[A-Za-z_\u0080-\uffff][\w@\u0080-\uffff]*)`,
    String.raw`(?<symbol>->|=>|<>|!=|>=|<=|\|\||[-+*/%=<>()[\],.;?:{}$])`,
  ].join('|'),
  'y',
)

const KINDS = ['word', 'text', 'quoted', 'backtick', 'number', 'symbol', 'binary'] as const

/** The tokens of a statement with an `end` behind them; comments and white space are left out. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  const pattern = new RegExp(TOKEN)
  let line = 1
  let lineStart = 0
  let offset = 0
  while (offset < sql.length) {
    pattern.lastIndex = offset
    const match = pattern.exec(sql)
    const place = { offset, line, column: offset - lineStart + 1 }
    if (!match?.groups) throw new SqlSyntaxError(place, unreadable(sql[offset] ?? ''))
    const { groups } = match
    const kind = KINDS.find((name) => groups[name] !== undefined)
    if (kind) tokens.push({ ...place, kind, text: withoutEscapes(kind, groups[kind] ?? '') })
    for (let at = offset; at < pattern.lastIndex; at++) {
      if (sql[at] !== '\n') continue
      line++
      lineStart = at + 1
    }
    offset = pattern.lastIndex
  }
  tokens.push({ offset, line, column: offset - lineStart + 1, kind: 'end', text: '<EOF>' })
  return tokens
}

function unreadable(character: string): string {
  return character === "'" || character === '"' || character === '`'
    ? `mismatched input '${character}'. Expecting: a closing ${character}`
    : `mismatched input '${character}'`
}

function withoutEscapes(kind: TokenKind, text: string): string {
  if (kind === 'text') return text.replaceAll("''", "'")
  if (kind === 'quoted') return text.replaceAll('""', '"')
  if (kind === 'backtick') return text.replaceAll('``', '`')
  return text
}
