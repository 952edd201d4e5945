import { dateOf } from '../../../base/clock.ts'
import type { CatalogTable } from '../../glue/catalog.ts'
import { QueryFailure } from '../query-failure.ts'
import type { PartitionFilter, PartitionValues } from './partition-filter.ts'

/**
 * Partitions that are computed from the table's properties instead of looked up
 * (https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html): the types `enum`,
 * `integer`, `date` and `injected`.
 */
export interface ProjectedPartition {
  readonly values: ReadonlyArray<string>
  /** `s3://…/`. */
  readonly location: string
}

export function isProjected(table: CatalogTable): boolean {
  return table.parameters['projection.enabled']?.toLowerCase() === 'true'
}

/** Those that the filter lets pass; more than `partitionsMax` of them are refused. */
export function projectPartitions(
  table: CatalogTable,
  filter: PartitionFilter,
  options: { readonly nowMs: number; readonly partitionsMax: number },
): ProjectedPartition[] {
  const keys = table.partitionKeys.map(({ name }) => name.toLowerCase())
  const choices = keys.map((key) =>
    valuesOf(table, key, filter, options.nowMs).filter((value) =>
      filter.mayMatch(new Map([[key, value]])),
    ),
  )
  const count = choices.reduce((product, values) => product * values.length, 1)
  if (count > options.partitionsMax) {
    const detail = `the projection of ${table.name} gives ${count} partitions, more than ${options.partitionsMax}`
    throw new QueryFailure('HIVE_EXCEEDED_PARTITION_LIMIT', detail)
  }
  return product(choices)
    .filter((values) => filter.mayMatch(zip(keys, values)))
    .map((values) => ({ values, location: locationOf(table, keys, values) }))
}

function zip(keys: ReadonlyArray<string>, values: ReadonlyArray<string>): PartitionValues {
  return new Map(keys.map((key, index) => [key, values[index] ?? null]))
}

function product(choices: ReadonlyArray<ReadonlyArray<string>>): string[][] {
  return choices.reduce<string[][]>(
    (rows, values) => rows.flatMap((row) => values.map((value) => [...row, value])),
    [[]],
  )
}

function locationOf(
  table: CatalogTable,
  keys: ReadonlyArray<string>,
  values: ReadonlyArray<string>,
): string {
  const template = table.parameters['storage.location.template']
  if (!template) {
    const root = (table.storage?.location ?? '').replace(/\/*$/, '/')
    return `${root}${keys.map((key, index) => `${key}=${values[index]}/`).join('')}`
  }
  const byKey = zip(keys, values)
  const filled = template.replaceAll(
    /\$\{([^}]+)\}/g,
    (_whole, key: string) => byKey.get(key.toLowerCase()) ?? '',
  )
  return filled.replace(/\/*$/, '/')
}

function valuesOf(
  table: CatalogTable,
  key: string,
  filter: PartitionFilter,
  nowMs: number,
): ReadonlyArray<string> {
  const property = (name: string) => table.parameters[`projection.${key}.${name}`]
  const required = (name: string) => {
    const value = property(name)
    if (value !== undefined) return value
    throw invalid(table, `Column ${key} is missing the property projection.${key}.${name}`)
  }
  const type = required('type').toLowerCase()
  switch (type) {
    case 'enum':
      return required('values')
        .split(',')
        .map((value) => value.trim())
    case 'integer':
      return integers(required('range'), property('interval'), property('digits'))
    case 'date':
      return dates(table, key, property, nowMs)
    case 'injected': {
      const fixed = filter.fixedValues(key)
      if (fixed) return fixed
      // AWS: wording of CONSTRAINT_VIOLATION for injected columns.
      throw new QueryFailure(
        'CONSTRAINT_VIOLATION',
        `For the injected projected partition column ${key}, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.`,
      )
    }
    default:
      throw invalid(table, `Column ${key} has the unknown projection type ${type}`)
  }
}

function invalid(table: CatalogTable, problem: string): QueryFailure {
  return new QueryFailure(
    'INVALID_TABLE_PROPERTY',
    `${problem} (table ${table.database}.${table.name})`,
  )
}

function integers(range: string, interval = '1', digits?: string): string[] {
  const [from = 0, to = 0] = range.split(',').map(Number)
  const values: string[] = []
  for (let value = from; value <= to; value += Math.max(1, Number(interval))) {
    values.push(digits ? String(value).padStart(Number(digits), '0') : String(value))
  }
  return values
}

const UNIT_MS: Readonly<Record<string, number>> = {
  MILLISECONDS: 1,
  SECONDS: 1000,
  MINUTES: 60_000,
  HOURS: 3_600_000,
  DAYS: 86_400_000,
  WEEKS: 604_800_000,
}

function dates(
  table: CatalogTable,
  key: string,
  property: (name: string) => string | undefined,
  nowMs: number,
): string[] {
  const format = property('format') ?? 'yyyy-MM-dd'
  const [fromText = '', toText = ''] = (property('range') ?? '').split(',')
  const from = readDate(fromText.trim(), format, nowMs)
  const to = readDate(toText.trim(), format, nowMs)
  if (from === undefined || to === undefined) {
    throw invalid(table, `Column ${key} has a range that cannot be read: ${property('range')}`)
  }
  const unit = (property('interval.unit') ?? finestUnit(format)).toUpperCase()
  const step = Math.max(1, Number(property('interval') ?? '1'))
  const values: string[] = []
  for (let at = from; at <= to; at = advance(at, step, unit)) {
    const text = formatDate(at, format)
    if (values.at(-1) !== text) values.push(text)
  }
  return values
}

function finestUnit(format: string): string {
  if (/s/.test(format)) return 'SECONDS'
  if (/m/.test(format)) return 'MINUTES'
  if (/[Hh]/.test(format)) return 'HOURS'
  if (/d/.test(format)) return 'DAYS'
  return /M/.test(format) ? 'MONTHS' : 'YEARS'
}

function advance(atMs: number, step: number, unit: string): number {
  const { year, month, day, rest } = parts(atMs)
  if (unit === 'MONTHS') return utc(year, month + step, day) + rest
  if (unit === 'YEARS') return utc(year + step, month, day) + rest
  return atMs + step * (UNIT_MS[unit] ?? 86_400_000)
}

/** `NOW`, `NOW-3YEARS+2DAYS`, or a date in the column's format. */
function readDate(text: string, format: string, nowMs: number): number | undefined {
  if (text.toUpperCase().startsWith('NOW')) {
    let at = nowMs
    for (const [, sign, count, unit] of text.matchAll(/([+-])\s*(\d+)\s*([A-Za-z]+)/g)) {
      const name = (unit ?? '').toUpperCase().replace(/S?$/, 'S')
      at = advance(at, Number(count) * (sign === '-' ? -1 : 1), name)
    }
    return at
  }
  const order: string[] = []
  const pattern = format
    .replaceAll(
      /'([^']*)'|([yMdHms])\2*|[^A-Za-z']/g,
      (whole, quoted?: string, letter?: string) => {
        if (letter) {
          order.push(letter)
          return `(\\d{1,${letter === 'y' ? 4 : 2}})`
        }
        return escapePattern(quoted ?? whole)
      },
    )
    .trim()
  const found = new RegExp(`^${pattern}$`).exec(text)
  if (!found) return undefined
  const number = (letter: string, otherwise: number) => {
    const index = order.indexOf(letter)
    return index < 0 ? otherwise : Number(found[index + 1])
  }
  const time = number('H', 0) * 3_600_000 + number('m', 0) * 60_000 + number('s', 0) * 1000
  return utc(number('y', 1970), number('M', 1), number('d', 1)) + time
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
}

function formatDate(atMs: number, format: string): string {
  const { year, month, day, rest } = parts(atMs)
  const values: Readonly<Record<string, number>> = {
    y: year,
    M: month,
    d: day,
    H: Math.floor(rest / 3_600_000),
    m: Math.floor(rest / 60_000) % 60,
    s: Math.floor(rest / 1000) % 60,
  }
  return format.replaceAll(/'([^']*)'|(([yMdHms])\3*)/g, (_whole, quoted, letters, letter) =>
    letters ? String(values[letter] ?? 0).padStart(letters.length, '0') : quoted,
  )
}

const DAY_MS = 86_400_000

/** Midnight of a date; months beyond twelve run into the next years. */
function utc(year: number, month: number, day: number): number {
  const date = dateOf(0)
  return date.setUTCFullYear(year, month - 1, day)
}

function parts(atMs: number) {
  const date = dateOf(atMs)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    rest: atMs - Math.floor(atMs / DAY_MS) * DAY_MS,
  }
}
