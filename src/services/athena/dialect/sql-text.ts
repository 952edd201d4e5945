/** Text as a SQL literal. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A name as a SQL identifier, in DuckDB and Trino alike. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** `("a", "b")`. */
export function columnList(names: ReadonlyArray<{ readonly text: string }>): string {
  return `(${names.map(({ text }) => quoteName(text)).join(', ')})`
}

/** Stands before the number of an output column that has no name: Athena calls it `_col0`, … */
export const UNNAMED = '\u0001'
