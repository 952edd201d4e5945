/** A value of a partition key or literal, in the form in which it compares. */
export interface Typed {
  readonly type: PartitionKeyType
  /**
   * Integers as bigint, other numbers as number; dates `2026-01-31` and timestamps
   * `2026-01-31 10:00:00.000000000` as text, which orders as they do.
   */
  readonly value: string | number | bigint | boolean
}

export type PartitionKeyType = 'string' | 'integer' | 'number' | 'date' | 'timestamp' | 'boolean'

const types: Readonly<Record<string, PartitionKeyType>> = {
  string: 'string',
  varchar: 'string',
  char: 'string',
  tinyint: 'integer',
  smallint: 'integer',
  int: 'integer',
  integer: 'integer',
  bigint: 'integer',
  long: 'integer',
  decimal: 'number',
  double: 'number',
  float: 'number',
  date: 'date',
  timestamp: 'timestamp',
  boolean: 'boolean',
}

/** The kind of a Hive type; undefined for one that no partition key can have. */
export function typeOf(hiveType: string): PartitionKeyType | undefined {
  return types[hiveType.toLowerCase().replace(/\(.*$/, '').trim()]
}

const timestampPattern = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z?)?$/

/** Undefined when the text is none of the type. */
export function readTyped(type: PartitionKeyType, text: string): Typed | undefined {
  switch (type) {
    case 'string':
      return { type, value: text }
    case 'integer':
      return /^[+-]?\d{1,38}$/.test(text) ? { type, value: BigInt(text) } : undefined
    case 'number':
      return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)
        ? { type, value: Number(text) }
        : undefined
    case 'date':
      return /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(text)
        ? { type, value: text }
        : undefined
    case 'timestamp': {
      const [, day, time = '00:00:00', fraction = ''] = timestampPattern.exec(text) ?? []
      return day ? { type, value: `${day} ${time}.${fraction.padEnd(9, '0')}` } : undefined
    }
    case 'boolean':
      return /^(true|false)$/i.test(text)
        ? { type, value: text.toLowerCase() === 'true' }
        : undefined
  }
}

/** NULL for what the type cannot hold. */
export function castTyped(value: Typed | null, type: PartitionKeyType): Typed | null {
  if (value === null || value.type === type) return value
  if (type === 'date' && value.type === 'timestamp') {
    return { type, value: String(value.value).slice(0, 10) }
  }
  const text = String(value.value)
  if (type === 'integer' && value.type === 'number') {
    return { type, value: BigInt(Math.trunc(Number(value.value))) }
  }
  return readTyped(type, type === 'date' ? text.slice(0, 10) : text) ?? null
}

/**
 * Below 0, 0 or above 0; null when one of them is NULL or cannot be read in the other's type. Text
 * against a number compares as numbers, against a date or timestamp as such.
 */
export function compareTyped(left: Typed | null, right: Typed | null): number | null {
  if (left === null || right === null) return null
  const type = commonType(left.type, right.type)
  const first = castTyped(left, type)
  const second = castTyped(right, type)
  if (first === null || second === null) return null
  return order(first.value, second.value)
}

function commonType(left: PartitionKeyType, right: PartitionKeyType): PartitionKeyType {
  if (left === right) return left
  const has = (type: PartitionKeyType) => left === type || right === type
  if (has('timestamp')) return 'timestamp'
  if (has('date')) return 'date'
  if (has('boolean')) return 'boolean'
  return 'number'
}

function order(left: Typed['value'], right: Typed['value']): number {
  if (typeof left === 'string' && typeof right === 'string') {
    return Buffer.compare(Buffer.from(left), Buffer.from(right))
  }
  if (left === right) return 0
  return left < right ? -1 : 1
}
