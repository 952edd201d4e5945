import type { DuckdbType } from './duckdb-type.ts'

/** One column of a result, as GetQueryResults and the `.metadata` file describe it. */
export interface ColumnInfo {
  readonly name: string
  /** Athena's name: `varchar`, `bigint`, `timestamp with time zone`, `row`, … */
  readonly type: string
  readonly precision: number
  readonly scale: number
  readonly caseSensitive: boolean
}

/** AWS: recorded for a table with a column of each type. */
const SCALARS: Readonly<Record<string, readonly [type: string, precision: number]>> = {
  BOOLEAN: ['boolean', 0],
  TINYINT: ['tinyint', 3],
  SMALLINT: ['smallint', 5],
  UTINYINT: ['smallint', 5],
  INTEGER: ['integer', 10],
  USMALLINT: ['integer', 10],
  BIGINT: ['bigint', 19],
  UINTEGER: ['bigint', 19],
  UBIGINT: ['bigint', 19],
  HUGEINT: ['bigint', 19],
  UHUGEINT: ['bigint', 19],
  FLOAT: ['float', 17],
  DOUBLE: ['double', 17],
  VARCHAR: ['varchar', 2_147_483_647],
  UUID: ['uuid', 0],
  JSON: ['json', 0],
  BLOB: ['varbinary', 1_073_741_824],
  DATE: ['date', 0],
  TIME: ['time', 3],
  TIMESTAMP: ['timestamp', 3],
  TIMESTAMP_S: ['timestamp', 3],
  TIMESTAMP_MS: ['timestamp', 3],
  TIMESTAMP_NS: ['timestamp', 3],
  'TIMESTAMP WITH TIME ZONE': ['timestamp with time zone', 3],
  INTERVAL: ['interval day to second', 0],
}

export function columnInfoOf(name: string, type: DuckdbType): ColumnInfo {
  const plain = { name, precision: 0, scale: 0, caseSensitive: false }
  if (type.kind === 'list') return { ...plain, type: 'array' }
  if (type.kind === 'map') return { ...plain, type: 'map' }
  if (type.kind === 'struct') return { ...plain, type: 'row' }
  if (type.name === 'DECIMAL') {
    const [precision = 38, scale = 0] = type.sizes
    return { ...plain, type: 'decimal', precision, scale }
  }
  const [athenaType, precision] = SCALARS[type.name] ?? ['unknown', 0]
  return { ...plain, type: athenaType, precision, caseSensitive: athenaType === 'varchar' }
}

/** A column of what SHOW and DESCRIBE answer. */
export function textColumn(name: string): ColumnInfo {
  return { name, type: 'string', precision: 0, scale: 0, caseSensitive: false }
}

const HIVE: Readonly<Record<string, string>> = {
  FLOAT: 'float',
  DOUBLE: 'double',
  VARCHAR: 'string',
  BLOB: 'binary',
  BOOLEAN: 'boolean',
  TINYINT: 'tinyint',
  SMALLINT: 'smallint',
  INTEGER: 'int',
  BIGINT: 'bigint',
  HUGEINT: 'bigint',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
}

/** Hive's type for a column that CREATE TABLE AS makes; undefined where there is none. */
export function hiveTypeOf(type: DuckdbType): string | undefined {
  switch (type.kind) {
    case 'list': {
      const element = hiveTypeOf(type.element)
      return element && `array<${element}>`
    }
    case 'map': {
      const [key, value] = [hiveTypeOf(type.key), hiveTypeOf(type.value)]
      return key && value && `map<${key},${value}>`
    }
    case 'struct': {
      const fields = type.fields.map(({ name, type: inner }) => {
        const converted = hiveTypeOf(inner)
        return converted && name && `${name}:${converted}`
      })
      return fields.every(Boolean) ? `struct<${fields.join(',')}>` : undefined
    }
    default:
      if (type.name === 'DECIMAL') return `decimal(${type.sizes.join(',')})`
      return HIVE[type.name]
  }
}

/** Presto's name of the type, as view definitions and SHOW COLUMNS have it. */
export function prestoTypeOf(type: DuckdbType): string {
  switch (type.kind) {
    case 'list':
      return `array(${prestoTypeOf(type.element)})`
    case 'map':
      return `map(${prestoTypeOf(type.key)}, ${prestoTypeOf(type.value)})`
    case 'struct':
      return `row(${type.fields.map((field) => `"${field.name}" ${prestoTypeOf(field.type)}`).join(', ')})`
    default:
      if (type.name === 'DECIMAL') return `decimal(${type.sizes.join(',')})`
      if (type.name === 'FLOAT') return 'real'
      return columnInfoOf('', type).type
  }
}
