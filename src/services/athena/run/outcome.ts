import type { ColumnInfo } from '../column-info.ts'

/** What a statement that succeeded leaves behind. */
export interface Outcome {
  readonly columns: ReadonlyArray<ColumnInfo>
  readonly body:
    | { readonly kind: 'none' }
    /** Lines of the `.txt` file, fields separated by tabs. */
    | { readonly kind: 'lines'; readonly lines: ReadonlyArray<string> }
    /** A local file of CSV: the header and the rows. */
    | { readonly kind: 'csv'; readonly path: string }
  readonly updateKind?: string
  readonly updateCount?: number
  /** `s3://…` of every object written; they are named in the manifest. */
  readonly written?: ReadonlyArray<string>
  readonly scannedBytes: number
}

export const noOutcome: Outcome = { columns: [], body: { kind: 'none' }, scannedBytes: 0 }

/** Rows of text under column names, as SHOW and DESCRIBE answer. */
export function linesOutcome(
  columns: ReadonlyArray<ColumnInfo>,
  lines: ReadonlyArray<string>,
): Outcome {
  return { columns, body: { kind: 'lines', lines }, scannedBytes: 0 }
}
