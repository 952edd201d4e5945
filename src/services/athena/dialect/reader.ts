import type { Cursor } from './cursor.ts'
import type { Expression, Query, SortItem, Window } from './query-ast.ts'

/** A cursor that can read whole phrases: the places where the grammar turns back to itself. */
export interface Reader extends Cursor {
  expression(): Expression
  /** An expression without comparisons. */
  value(): Expression
  query(): Query
  sortItems(): SortItem[]
  window(): Window
}
