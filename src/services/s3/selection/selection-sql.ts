import { ServiceError } from '../../../base/errors.ts'
import { notSupported } from '../s3-errors.ts'

/** A statement of S3 Select, over a relation named `input` of the query engine. */
export interface SelectionSql {
  readonly sql: string
  /** Whether the source was written `S3Object[*]`: each element of a document is a row. */
  readonly isEach: boolean
}

const TOKEN =
  /\s*(?:('(?:[^']|'')*')|("(?:[^"]|"")*")|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(<>|<=|>=|!=|\|\||\[\*\]|[-+*/%=<>(),.]))/y
const words = new Set(
  'select from where limit and or not in is null like escape between case when then else end cast as true false'.split(
    ' ',
  ),
)
const functions = new Set(
  'count sum avg min max coalesce nullif char_length character_length lower upper trim substring'.split(
    ' ',
  ),
)
const foreign = new Set(
  'group order having join union with distinct missing exists offset intersect except window'.split(
    ' ',
  ),
)
const types: Readonly<Record<string, string>> = {
  bool: 'BOOLEAN',
  boolean: 'BOOLEAN',
  int: 'BIGINT',
  integer: 'BIGINT',
  string: 'VARCHAR',
  float: 'DOUBLE',
  decimal: 'DECIMAL(38, 10)',
  numeric: 'DECIMAL(38, 10)',
  timestamp: 'TIMESTAMP',
}

interface Token {
  readonly kind: 'text' | 'quoted' | 'number' | 'word' | 'name' | 'sign'
  readonly text: string
}

/**
 * Every name is quoted and every word is one of a list, so that nothing of the engine beside the
 * relation can be reached. Throws S3's `Parse…` errors, and refuses by name what is not built.
 */
export function translateSelection(expression: string): SelectionSql {
  const tokens = tokensOf(expression)
  const from = tokens.findIndex(({ kind, text }) => kind === 'word' && text === 'from')
  const [first] = tokens
  if (first?.kind !== 'word' || first.text !== 'select') throw unexpected(first?.text ?? '')
  if (from < 0) throw problem('ParseSelectMissingFrom', 'Missing FROM after SELECT.')
  const source = tokens[from + 1]
  if (source?.kind !== 'name' || source.text.toLowerCase() !== 's3object') {
    throw unexpected(source?.text ?? '')
  }
  let next = from + 2
  const isEach = tokens[next]?.text === '[*]'
  if (isEach) next++
  if (tokens[next]?.text === '.') throw notSupported('A path behind S3Object')
  let alias = 's3object'
  if (tokens[next]?.text === 'as') next++
  const named = tokens[next]
  if (named?.kind === 'name' || named?.kind === 'quoted') {
    alias = named.text
    next++
  }
  const rest = tokens.slice(next)
  const isClause = ({ kind, text }: Token) =>
    kind === 'word' && (text === 'where' || text === 'limit')
  if (rest[0] && !isClause(rest[0])) throw unexpected(rest[0].text)
  const again = rest.find(({ kind, text }) => kind === 'word' && /^(select|from)$/.test(text))
  if (again) throw unexpected(again.text)
  const items = itemsOf(tokens.slice(1, from)).map((item, index) => writeItem(item, index, alias))
  const sql = `SELECT ${items.join(', ')} FROM input AS ${quoted(alias)} ${write(rest)}`
  return { sql, isEach }
}

function tokensOf(expression: string): ReadonlyArray<Token> {
  const text = expression.trim().replace(/;$/, '').trimEnd()
  const tokens: Token[] = []
  const pattern = new RegExp(TOKEN)
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex
    const match = pattern.exec(text)
    if (!match) throw problem('LexerInvalidChar', `Invalid character at position ${at}.`)
    const [, string, quotedName, number, name, sign = ''] = match
    if (string !== undefined) tokens.push({ kind: 'text', text: string })
    else if (quotedName !== undefined) {
      tokens.push({ kind: 'quoted', text: quotedName.slice(1, -1).replaceAll('""', '"') })
    } else if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (name !== undefined) tokens.push(nameToken(name, tokens.at(-1)))
    else tokens.push({ kind: 'sign', text: sign })
  }
  return tokens
}

function nameToken(name: string, before: Token | undefined): Token {
  const lower = name.toLowerCase()
  if (before?.text === '.') return { kind: 'name', text: name }
  if (foreign.has(lower)) throw notSupported(`${lower.toUpperCase()} in S3 Select`)
  return words.has(lower) ? { kind: 'word', text: lower } : { kind: 'name', text: name }
}

function itemsOf(tokens: ReadonlyArray<Token>): ReadonlyArray<ReadonlyArray<Token>> {
  const items: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token.text === 'select' && token.kind === 'word') throw unexpected('select')
    if (token.kind === 'sign' && token.text === '(') depth++
    if (token.kind === 'sign' && token.text === ')') depth--
    if (depth === 0 && token.kind === 'sign' && token.text === ',') items.push([])
    else items.at(-1)?.push(token)
  }
  if (items.some((item) => item.length === 0)) throw unexpected(',')
  return items
}

function writeItem(item: ReadonlyArray<Token>, index: number, alias: string): string {
  const isStar = item.at(-1)?.text === '*' && item.at(-1)?.kind === 'sign'
  if (isStar && item.length === 1) return '*'
  if (isStar && item.length === 3 && item[0]?.text.toLowerCase() === alias.toLowerCase()) return '*'
  const isPath = item.every(
    ({ kind, text }) => kind === 'name' || kind === 'quoted' || text === '.',
  )
  const isNamed = item.at(-2)?.text === 'as' && item.at(-2)?.kind === 'word'
  // AWS: what has no name is called by its place.
  return isPath || isNamed ? write(item) : `${write(item)} AS ${quoted(`_${index + 1}`)}`
}

function write(tokens: ReadonlyArray<Token>): string {
  return tokens.map((token, index) => writeToken(tokens, token, index)).join(' ')
}

function writeToken(tokens: ReadonlyArray<Token>, { kind, text }: Token, index: number): string {
  const before = tokens[index - 1]
  const after = tokens[index + 1]
  const isCall = after?.kind === 'sign' && after.text === '('
  if (kind === 'sign' && text === '[*]') throw notSupported('[*] behind a name')
  if (kind === 'quoted') {
    if (isCall) throw unexpected(text)
    return quoted(text)
  }
  if (kind !== 'name') return text
  const isType = before?.kind === 'word' && before.text === 'as' && after?.text === ')'
  const type = types[text.toLowerCase()]
  if (isType && type) return type
  if (!isCall) return quoted(text)
  if (functions.has(text.toLowerCase())) return text.toLowerCase()
  throw problem('UnsupportedFunction', `We encountered an unsupported SQL function: ${text}.`)
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function unexpected(text: string): ServiceError {
  return problem('ParseUnexpectedToken', `Unexpected token found ${text || 'EOF'}.`)
}

function problem(code: string, message: string): ServiceError {
  return new ServiceError(code, message, { status: 400 })
}
