/** A type of the query engine, read from its text: `STRUCT(a INTEGER, "b c" VARCHAR[])`. */
export type DuckdbType =
  | { readonly kind: 'scalar'; readonly name: string; readonly sizes: ReadonlyArray<number> }
  | { readonly kind: 'list'; readonly element: DuckdbType }
  | { readonly kind: 'map'; readonly key: DuckdbType; readonly value: DuckdbType }
  | {
      readonly kind: 'struct'
      readonly fields: ReadonlyArray<{ readonly name: string; readonly type: DuckdbType }>
    }

export function parseDuckdbType(text: string): DuckdbType {
  const tokens = text.match(/"(?:""|[^"])*"|'(?:''|[^'])*'|[A-Za-z_0-9]+|[(),[\]]/g) ?? []
  return readType(tokens, { at: 0 })
}

interface Position {
  at: number
}

function readType(tokens: ReadonlyArray<string>, position: Position): DuckdbType {
  let type = readPlain(tokens, position)
  while (tokens[position.at] === '[') {
    while (tokens[position.at] !== ']' && position.at < tokens.length) position.at++
    position.at++
    type = { kind: 'list', element: type }
  }
  return type
}

function readPlain(tokens: ReadonlyArray<string>, position: Position): DuckdbType {
  let name = (tokens[position.at++] ?? '').toUpperCase()
  // `TIMESTAMP WITH TIME ZONE`, `TIME WITH TIME ZONE`.
  while (/^(WITH|TIME|ZONE)$/i.test(tokens[position.at] ?? '')) {
    name += ` ${(tokens[position.at++] ?? '').toUpperCase()}`
  }
  if (tokens[position.at] !== '(') return { kind: 'scalar', name, sizes: [] }
  position.at++
  if (name === 'STRUCT') return { kind: 'struct', fields: readFields(tokens, position) }
  if (name === 'MAP') {
    const key = readType(tokens, position)
    position.at++
    const value = readType(tokens, position)
    position.at++
    return { kind: 'map', key, value }
  }
  const sizes: number[] = []
  while (tokens[position.at] !== ')' && position.at < tokens.length) {
    const token = tokens[position.at++] ?? ''
    if (/^\d+$/.test(token)) sizes.push(Number(token))
  }
  position.at++
  return { kind: 'scalar', name, sizes }
}

function readFields(tokens: ReadonlyArray<string>, position: Position) {
  const fields: Array<{ name: string; type: DuckdbType }> = []
  while (position.at < tokens.length && tokens[position.at] !== ')') {
    const token = tokens[position.at] ?? ''
    // The fields of `row(1, 'x')` have no names: their types stand alone.
    const named = !/^([,()[]|WITH)$/i.test(tokens[position.at + 1] ?? ',')
    if (named) position.at++
    const plain = token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token
    fields.push({ name: named ? plain : '', type: readType(tokens, position) })
    if (tokens[position.at] === ',') position.at++
  }
  position.at++
  return fields
}
