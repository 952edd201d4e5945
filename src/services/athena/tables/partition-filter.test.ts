import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseStatement } from '../dialect/parse-statement.ts'
import { collectTableUses } from '../dialect/table-uses.ts'
import { createPartitionFilter } from './partition-filter.ts'

const KEYS = [
  { name: 'year', type: 'string' },
  { name: 'month', type: 'int' },
  { name: 'day', type: 'date' },
]

/** The filter for the first table of a query. */
function filterOf(sql: string, isOurs = true) {
  const statement = parseStatement(sql)
  if (statement.kind !== 'query') throw new Error('not a query')
  const [use] = collectTableUses(statement.query)
  if (!use) throw new Error('no table')
  return createPartitionFilter(use, KEYS, () => isOurs && !use.besideUnknown)
}

const partition = (year: string | null, month: string, day: string) =>
  new Map([
    ['year', year],
    ['month', month],
    ['day', day],
  ])

const MAY = partition('2026', '5', '2026-05-01')
const JUNE = partition('2026', '6', '2026-06-01')
const NONE = partition(null, '1', '2026-01-01')

describe('only what is certain prunes', () => {
  test.each([
    ["year = '2026'", true, true, false],
    ['month = 5', true, false, false],
    ['5 < month', false, true, false],
    ['month BETWEEN 5 AND 5', true, false, false],
    ['month IN (1, 6)', false, true, true],
    ["month = 5 OR year = '2025'", true, false, false],
    ["month = 5 AND year = '2025'", false, false, false],
    ["day > DATE '2026-05-01'", false, true, false],
    ["day = '2026-06-01'", false, true, false],
    ['CAST(year AS integer) >= 2026', true, true, false],
    ['year = 2026', true, true, false],
    ["t.year <> '2026'", false, false, false],
    // Not certain, so nothing is pruned.
    ["lower(year) = '1999'", true, true, true],
    ["NOT year = '2026'", true, true, true],
    ["year = '1999' OR amount > 3", true, true, true],
    ["other.year = '1999'", true, true, true],
    ['month NOT IN (5)', true, true, true],
    ['month = (SELECT 1)', true, true, true],
    ["month = 'five'", true, true, true],
  ])('%s', (condition, may, june, none) => {
    const filter = filterOf(`SELECT * FROM t WHERE ${condition}`)
    expect([MAY, JUNE, NONE].map((values) => filter.mayMatch(values))).toEqual([may, june, none])
  })

  test('a column that may be another table’s prunes only when it is qualified', () => {
    expect(filterOf("SELECT * FROM t, u WHERE year = '1999'", false).mayMatch(MAY)).toBe(true)
    expect(filterOf("SELECT * FROM t x, u WHERE x.year = '1999'", false).mayMatch(MAY)).toBe(false)
    const unnested = "SELECT * FROM t CROSS JOIN UNNEST(a) AS u(year) WHERE year = '1999'"
    expect(filterOf(unnested).mayMatch(MAY)).toBe(true)
  })

  test('a key of which nothing is known yet may be anything', () => {
    const filter = filterOf("SELECT * FROM t WHERE year = '2026' AND month = 5")
    expect(filter.mayMatch(new Map([['month', '5']]))).toBe(true)
    expect(filter.mayMatch(new Map([['month', '6']]))).toBe(false)
  })

  test('values that a key is bound to', () => {
    expect(filterOf("SELECT * FROM t WHERE year IN ('a', 'b')").fixedValues('year')).toEqual([
      'a',
      'b',
    ])
    expect(filterOf("SELECT * FROM t WHERE 'a' = year").fixedValues('year')).toEqual(['a'])
    expect(filterOf("SELECT * FROM t WHERE year > 'a'").fixedValues('year')).toBeUndefined()
  })
})

test('a partition of which a row matches is never pruned', () => {
  type Condition = { readonly sql: string; readonly holds: (month: number) => boolean }
  const number = fc.integer({ min: 1, max: 12 })
  const leaf: fc.Arbitrary<Condition> = fc.oneof(
    fc.tuple(fc.constantFrom('=', '<>', '<', '<=', '>', '>='), number).map(([operator, value]) => ({
      sql: `month ${operator} ${value}`,
      holds: (month: number) =>
        ({
          '=': month === value,
          '<>': month !== value,
          '<': month < value,
          '<=': month <= value,
          '>': month > value,
          '>=': month >= value,
        })[operator],
    })),
    fc.array(number, { minLength: 1, maxLength: 3 }).map((values) => ({
      sql: `month IN (${values.join(', ')})`,
      holds: (month: number) => values.includes(month),
    })),
    fc.tuple(number, number).map(([low, high]) => ({
      sql: `month BETWEEN ${low} AND ${high}`,
      holds: (month: number) => month >= low && month <= high,
    })),
    // True of some row whatever the partition is.
    fc.constant({ sql: 'amount > 1', holds: () => true }),
  )
  const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.tuple(tie('condition'), tie('condition'), fc.boolean()).map(([a, b, both]) => ({
        sql: `(${a.sql} ${both ? 'AND' : 'OR'} ${b.sql})`,
        holds: (month: number) =>
          both ? a.holds(month) && b.holds(month) : a.holds(month) || b.holds(month),
      })),
    ),
  }))
  fc.assert(
    fc.property(condition, number, ({ sql, holds }, month) => {
      const filter = filterOf(`SELECT * FROM t WHERE ${sql}`)
      const values = partition('2026', String(month), '2026-01-01')
      // It also prunes everything else: with no doubtful part, the two agree.
      if (sql.includes('amount')) return !holds(month) || filter.mayMatch(values)
      return filter.mayMatch(values) === holds(month)
    }),
    { seed: 20_261_101, numRuns: 500 },
  )
})
