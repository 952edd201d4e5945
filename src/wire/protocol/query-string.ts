/** Parameters of a query string by decoded name, in order; `a` and `a=` both give an empty text. */
export function parseQuery(rawQuery: string): ReadonlyMap<string, ReadonlyArray<string>> {
  const query = new Map<string, string[]>()
  if (rawQuery === '') return query
  for (const [name, value] of new URLSearchParams(rawQuery)) {
    const values = query.get(name)
    if (values) values.push(value)
    else query.set(name, [value])
  }
  return query
}
