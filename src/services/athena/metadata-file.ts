import type { ColumnInfo } from './column-info.ts'

/**
 * The file `<result>.metadata` beside a result, by which JDBC and ODBC drivers know its columns. No
 * schema is published; this is what Athena's files hold (recorded). Protocol Buffers, in this order:
 *
 *     file   = 1: query id, [2: kind of update, 3: rows updated], 4: column*
 *     column = 1: "hive", 4: name, 5: label, 6: type, [7: precision, 8: scale], 9: nullable,
 *              [10: case sensitive]          nullable is 3, unknown
 */
export function encodeMetadata(options: {
  readonly queryId: string
  readonly updateKind?: string
  readonly updateCount?: number
  readonly columns: ReadonlyArray<ColumnInfo>
}): Buffer {
  const parts = [text(1, options.queryId)]
  if (options.updateKind !== undefined) parts.push(text(2, options.updateKind))
  if (options.updateCount !== undefined) parts.push(number(3, options.updateCount))
  for (const column of options.columns) parts.push(bytes(4, encodeColumn(column)))
  return Buffer.concat(parts)
}

const NULLABLE_UNKNOWN = 3
const WITH_PRECISION =
  /^(tinyint|smallint|integer|bigint|double|float|decimal|varchar|char|varbinary|time|timestamp)/
const WITH_CASE = /^(boolean|interval|date)/

function encodeColumn(column: ColumnInfo): Buffer {
  const precise = WITH_PRECISION.test(column.type)
  const parts = [
    text(1, 'hive'),
    text(4, column.name),
    text(5, column.name),
    text(6, column.type),
    ...(precise ? [number(7, column.precision)] : []),
    ...(precise || column.type === 'date' ? [number(8, column.scale)] : []),
    number(9, NULLABLE_UNKNOWN),
    ...(precise || WITH_CASE.test(column.type) ? [number(10, column.caseSensitive ? 1 : 0)] : []),
  ]
  return Buffer.concat(parts)
}

function varint(value: number): Buffer {
  const out: number[] = []
  let rest = value
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  out.push(rest)
  return Buffer.from(out)
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)])
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(value.length), value])
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value))
}
