import { UNNAMED } from '../dialect/sql-text.ts'

/** Names of output columns: `_col0`, `_col1`, … by position for those without one. */
export function columnNames(names: ReadonlyArray<string>): string[] {
  return names.map((name, index) => (name.startsWith(UNNAMED) ? `_col${index}` : name))
}
