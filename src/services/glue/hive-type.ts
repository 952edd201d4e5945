/**
 * Hive type strings as a tree, and what they are in the query engine. Grammar (Hive Language
 * Manual, "Types"; names are case-insensitive, spaces are allowed between all parts):
 *
 *     type   = name | name "(" number ("," number)* ")" | "array<" type ">"
 *            | "map<" type "," type ">" | "struct<" field ("," field)* ">"
 *     field  = name ":" type
 */
export type HiveType =
  | { readonly kind: 'primitive'; readonly name: string; readonly sizes: ReadonlyArray<number> }
  | { readonly kind: 'array'; readonly element: HiveType }
  | { readonly kind: 'map'; readonly key: HiveType; readonly value: HiveType }
  | {
      readonly kind: 'struct'
      readonly fields: ReadonlyArray<{ readonly name: string; readonly type: HiveType }>
    }

/** Undefined for text that is no Hive type. */
export function parseHiveType(text: string): HiveType | undefined {
  const tokens = text.match(/`[^`]*`|[A-Za-z0-9_$. -]+|[<>(),:]/g)?.map((token) => token.trim())
  const parser = new Parser((tokens ?? []).filter((token) => token !== ''))
  const type = parser.type()
  return type && parser.atEnd() ? type : undefined
}

class Parser {
  private readonly tokens: ReadonlyArray<string>
  private at = 0

  constructor(tokens: ReadonlyArray<string>) {
    this.tokens = tokens
  }

  atEnd(): boolean {
    return this.at === this.tokens.length
  }

  type(): HiveType | undefined {
    const name = this.name()?.toLowerCase()
    if (name === undefined) return undefined
    if (name === 'array') return this.array()
    if (name === 'map') return this.map()
    if (name === 'struct') return this.struct()
    const sizes = this.take('(') ? this.sizes() : []
    return sizes && { kind: 'primitive', name, sizes }
  }

  private array(): HiveType | undefined {
    const element = this.take('<') ? this.type() : undefined
    return element && this.take('>') ? { kind: 'array', element } : undefined
  }

  private map(): HiveType | undefined {
    const key = this.take('<') ? this.type() : undefined
    const value = key && this.take(',') ? this.type() : undefined
    return key && value && this.take('>') ? { kind: 'map', key, value } : undefined
  }

  private struct(): HiveType | undefined {
    if (!this.take('<')) return undefined
    const fields: { name: string; type: HiveType }[] = []
    do {
      const name = this.name()
      const type = name !== undefined && this.take(':') ? this.type() : undefined
      if (name === undefined || !type) return undefined
      fields.push({ name, type })
    } while (this.take(','))
    return this.take('>') ? { kind: 'struct', fields } : undefined
  }

  private sizes(): number[] | undefined {
    const sizes: number[] = []
    do {
      const size = Number(this.name())
      if (!Number.isInteger(size)) return undefined
      sizes.push(size)
    } while (this.take(','))
    return this.take(')') ? sizes : undefined
  }

  private name(): string | undefined {
    const token = this.tokens[this.at]
    if (token === undefined || /^[<>(),:]$/.test(token)) return undefined
    this.at++
    return token.replace(/^`(.*)`$/, '$1')
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false
    this.at++
    return true
  }
}

const primitives: Readonly<Record<string, string>> = {
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  int: 'INTEGER',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  long: 'BIGINT',
  float: 'FLOAT',
  real: 'FLOAT',
  double: 'DOUBLE',
  'double precision': 'DOUBLE',
  boolean: 'BOOLEAN',
  string: 'VARCHAR',
  char: 'VARCHAR',
  varchar: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  binary: 'BLOB',
}

/** The type in DuckDB's SQL; undefined for a name that Hive does not know. */
export function duckdbTypeOf(type: HiveType): string | undefined {
  if (type.kind === 'array') {
    const element = duckdbTypeOf(type.element)
    return element && `${element}[]`
  }
  if (type.kind === 'map') {
    const key = duckdbTypeOf(type.key)
    const value = duckdbTypeOf(type.value)
    return key && value && `MAP(${key}, ${value})`
  }
  if (type.kind === 'struct') {
    const fields = type.fields.map(({ name, type: inner }) => {
      const converted = duckdbTypeOf(inner)
      return converted && `${quoteName(name)} ${converted}`
    })
    return fields.includes(undefined) ? undefined : `STRUCT(${fields.join(', ')})`
  }
  if (type.name === 'decimal' || type.name === 'numeric') {
    return `DECIMAL(${type.sizes[0] ?? 10}, ${type.sizes[1] ?? 0})`
  }
  return primitives[type.name]
}

/** An identifier in double quotes, as SQL has it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text literal in single quotes, as SQL has it. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
