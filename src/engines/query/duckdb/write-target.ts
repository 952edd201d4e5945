import { resolve, sep } from 'node:path'

/**
 * DuckDB's sandbox knows allowed paths, but not which of them are for reading only. So statements
 * that write files are found here by their tokens, and their target must be a plain text:
 *
 *     COPY … TO 'path' …      ATTACH … 'path' …
 *
 * Answers what is wrong with the statement, or undefined.
 */
export function refusalOfWrite(sql: string, writable: ReadonlyArray<string>): string | undefined {
  const tokens = topLevelTokens(sql)
  const words = tokens.map((token) => (token.kind === 'word' ? token.text.toUpperCase() : ''))
  if (words[0] === 'ATTACH') {
    const target = tokens.find((token) => token.kind === 'text')
    if (target?.text === ':memory:') return undefined
    return refusalOf(target, 'ATTACH', writable)
  }
  if (!words.includes('COPY')) return undefined
  if (words[0] !== 'COPY') return 'COPY is not permitted inside another statement'
  const to = words.indexOf('TO')
  return to < 0 ? undefined : refusalOf(tokens[to + 1], 'COPY', writable)
}

function refusalOf(
  target: Token | undefined,
  verb: string,
  writable: ReadonlyArray<string>,
): string | undefined {
  if (target?.kind !== 'text') return `the target of ${verb} must be a path in single quotes`
  const path = resolve(target.text)
  const inside = writable.some((root) => path === root || path.startsWith(root + sep))
  return inside ? undefined : `${verb} may not write to ${target.text}`
}

interface Token {
  readonly kind: 'word' | 'text' | 'other'
  readonly text: string
}

const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+|--[^\n]*|/\*[\s\S]*?\*/)`,
    String.raw`(?<escaped>[eE]'(?:\\[\s\S]|''|[^'\\])*')`,
    "'(?<text>(?:''|[^'])*)'",
    String.raw`(?<dollar>\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$)`,
    '(?<quoted>"(?:""|[^"])*")',
    String.raw`(?<word>[A-Za-z_][\w$]*)`,
    String.raw`(?<other>[\s\S])`,
  ].join('|'),
  'gu',
)

/** The tokens outside of all parentheses. */
function topLevelTokens(sql: string): Token[] {
  const tokens: Token[] = []
  let depth = 0
  for (const { groups = {} } of sql.matchAll(TOKEN)) {
    if (groups['space'] !== undefined) continue
    if (groups['other'] === '(') depth++
    if (depth === 0) {
      if (groups['text'] !== undefined) {
        tokens.push({ kind: 'text', text: groups['text'].replaceAll("''", "'") })
      } else if (groups['word'] !== undefined) tokens.push({ kind: 'word', text: groups['word'] })
      else tokens.push({ kind: 'other', text: groups['other'] ?? '' })
    }
    if (groups['other'] === ')') depth--
  }
  return tokens
}
