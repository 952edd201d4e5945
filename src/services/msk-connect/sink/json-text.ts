// Hot: every record of a JSON topic goes through here.

/**
 * A JSON document whose numbers are still the text that stood there: 64-bit integers and long
 * decimals come out of a connector as they went in.
 */
export type JsonNode =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly items: ReadonlyArray<JsonNode> }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, JsonNode> }

export const JSON_NULL: JsonNode = { kind: 'null' }

/** As deep as a document may be. */
const DEPTH_MAX = 500
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const SPACE = /[ \t\n\r]*/y
const STRING = /"(?:[^"\\]|\\.)*"/y

/** Undefined for what is no JSON, or deeper than 500 levels. Of members of one name the last holds. */
export function parseJson(text: string): JsonNode | undefined {
  const reader = { text, at: 0 }
  try {
    const node = readNode(reader, 0)
    skip(reader)
    return reader.at === text.length ? node : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export function writeJson(node: JsonNode): string {
  switch (node.kind) {
    case 'null':
      return 'null'
    case 'boolean':
      return String(node.value)
    case 'number':
      return node.text
    case 'string':
      return JSON.stringify(node.value)
    case 'array':
      return `[${node.items.map(writeJson).join(',')}]`
    case 'object': {
      const members = [...node.members].map(
        ([name, value]) => `${JSON.stringify(name)}:${writeJson(value)}`,
      )
      return `{${members.join(',')}}`
    }
  }
}

/** The member that a path such as `user.id` names; a name with a dot in it is looked for first. */
export function memberAt(node: JsonNode, path: string): JsonNode | undefined {
  if (node.kind !== 'object') return undefined
  const whole = node.members.get(path)
  if (whole) return whole
  const dot = path.indexOf('.')
  const inner = dot < 0 ? undefined : node.members.get(path.slice(0, dot))
  return inner && memberAt(inner, path.slice(dot + 1))
}

interface Reader {
  readonly text: string
  at: number
}

function readNode(reader: Reader, depth: number): JsonNode {
  if (depth > DEPTH_MAX) throw new SyntaxError('too deep')
  skip(reader)
  const { text, at } = reader
  switch (text[at]) {
    case '{':
      return readObject(reader, depth)
    case '[':
      return readArray(reader, depth)
    case '"':
      return { kind: 'string', value: readString(reader) }
    case 't':
      return readWord(reader, 'true', { kind: 'boolean', value: true })
    case 'f':
      return readWord(reader, 'false', { kind: 'boolean', value: false })
    case 'n':
      return readWord(reader, 'null', JSON_NULL)
    default:
      return { kind: 'number', text: take(reader, NUMBER) }
  }
}

function readObject(reader: Reader, depth: number): JsonNode {
  const members = new Map<string, JsonNode>()
  reader.at += 1
  skip(reader)
  if (accept(reader, '}')) return { kind: 'object', members }
  for (;;) {
    skip(reader)
    const name = readString(reader)
    skip(reader)
    expect(reader, ':')
    members.set(name, readNode(reader, depth + 1))
    skip(reader)
    if (accept(reader, '}')) return { kind: 'object', members }
    expect(reader, ',')
  }
}

function readArray(reader: Reader, depth: number): JsonNode {
  const items: JsonNode[] = []
  reader.at += 1
  skip(reader)
  if (accept(reader, ']')) return { kind: 'array', items }
  for (;;) {
    items.push(readNode(reader, depth + 1))
    skip(reader)
    if (accept(reader, ']')) return { kind: 'array', items }
    expect(reader, ',')
  }
}

function readString(reader: Reader): string {
  return JSON.parse(take(reader, STRING)) as string
}

function readWord(reader: Reader, word: string, node: JsonNode): JsonNode {
  if (!reader.text.startsWith(word, reader.at)) throw new SyntaxError(`no ${word}`)
  reader.at += word.length
  return node
}

function skip(reader: Reader): void {
  SPACE.lastIndex = reader.at
  SPACE.test(reader.text)
  reader.at = Math.max(reader.at, SPACE.lastIndex)
}

function take(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)?.[0]
  if (found === undefined) throw new SyntaxError('unexpected text')
  reader.at += found.length
  return found
}

function accept(reader: Reader, char: string): boolean {
  if (reader.text[reader.at] !== char) return false
  reader.at += 1
  return true
}

function expect(reader: Reader, char: string): void {
  if (!accept(reader, char)) throw new SyntaxError(`no ${char}`)
}
