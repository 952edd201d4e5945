import { quoteName } from '../../glue/hive-type.ts'

/** `("a", "b")`. */
export function columnList(names: ReadonlyArray<{ readonly text: string }>): string {
  return `(${names.map(({ text }) => quoteName(text)).join(', ')})`
}

/** Stands before the number of an output column that has no name: Athena calls it `_col0`, … */
export const UNNAMED = '\u0001'
