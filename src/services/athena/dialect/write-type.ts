import { quoteName } from '../../glue/hive-type.ts'
import type { SqlType } from './query-ast.ts'
import { UnsupportedSqlError } from './tokens.ts'

const PLAIN: Readonly<Record<string, string>> = {
  boolean: 'BOOLEAN',
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  real: 'FLOAT',
  double: 'DOUBLE',
  varchar: 'VARCHAR',
  char: 'VARCHAR',
  string: 'VARCHAR',
  varbinary: 'BLOB',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  'timestamp with time zone': 'TIMESTAMPTZ',
  json: 'JSON',
  uuid: 'UUID',
  'interval day to second': 'INTERVAL',
  'interval year to month': 'INTERVAL',
}

/** Trino's type as DuckDB has it. */
export function writeType(type: SqlType): string {
  const plain = PLAIN[type.name]
  if (plain) return plain
  const [first, second] = type.members
  if (type.name === 'decimal') {
    const [precision = 38, scale = 0] = type.lengths
    return `DECIMAL(${precision},${scale})`
  }
  if (type.name === 'array' && first) return `${writeType(first.type)}[]`
  if (type.name === 'map' && first && second) {
    return `MAP(${writeType(first.type)}, ${writeType(second.type)})`
  }
  if (type.name === 'row') {
    const fields = type.members.map(
      (member, index) =>
        `${quoteName(member.name?.text ?? `field${index}`)} ${writeType(member.type)}`,
    )
    return `STRUCT(${fields.join(', ')})`
  }
  throw new UnsupportedSqlError(`the type ${type.name}`)
}
