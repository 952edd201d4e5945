import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FilterDialect } from './filter.ts'
import { compileFilter } from './filter.ts'

const keys = [
  { name: 'year', type: 'string' },
  { name: 'n', type: 'bigint' },
  { name: 'd', type: 'date' },
  { name: 'price', type: 'decimal(10,2)' },
  { name: 't', type: 'timestamp' },
]
const row = ['2018', '9007199254740993', '2018-05-31', '10.50', '2018-05-31 10:00:00.5']

const matches = (source: string, dialect: FilterDialect = 'catalog', values = row) =>
  compileFilter(source, keys, dialect).matches(values)

test.each([
  ["year = '2018'", true],
  ["YEAR <> '2018'", false],
  ['year > 2017', true],
  ["year IN ('2017', '2018') AND n = 9007199254740993", true],
  ['n = 9007199254740992', false],
  ["n = '9007199254740993'", true],
  ["NOT year = '2017' OR n = 1", true],
  ["(year = '2017' OR year = '2018') AND (NOT (n < 5))", true],
  ["d BETWEEN '2018-05-01' AND '2018-05-31'", true],
  ["d NOT BETWEEN '2018-05-01' AND '2018-05-31'", false],
  ['price > 9.99 AND price < 10.51', true],
  ["t >= '2018-05-31 10:00:00' AND t < '2018-05-31 10:00:00.51'", true],
  ["year LIKE '20%' AND year LIKE '20_8' AND year NOT LIKE '19%'", true],
  ['year IS NOT NULL', true],
  ["`year` = '2018'", true],
])('%s is %s', (source, expected) => {
  expect(matches(source)).toBe(expected)
})

test.each([
  ['year == 2018', true],
  ['cast(year as int) >= 2018', true],
  ["concat(year, '-', '01') = '2018-01'", true],
  ["to_date(concat(year, '-01-01')) < d", true],
  ["(year || '-05-31') = d", true],
  ["d > date '2018-01-01'", true],
  ['price = 10.5', true],
])('in a Spark predicate %s is %s', (source, expected) => {
  expect(matches(source, 'spark')).toBe(expected)
})

test('NULL is neither equal nor unequal', () => {
  const values = ['__HIVE_DEFAULT_PARTITION__', ...row.slice(1)]
  expect(matches("year = '2018'", 'catalog', values)).toBe(false)
  expect(matches("NOT (year = '2018')", 'catalog', values)).toBe(false)
  expect(matches('year IS NULL', 'catalog', values)).toBe(true)
  expect(matches("year = '2018' OR n > 0", 'catalog', values)).toBe(true)
})

test.each([
  ["month = '1'", 'InvalidInputException', 'Invalid partition expression!'],
  ["n = 'many'", 'InvalidInputException', '"many" is not an integer.'],
  ["n LIKE '9%'", 'InvalidInputException', "Integral data type doesn't support operation 'LIKE'"],
  ["year = '2018' AND", 'InvalidInputException', 'Unsupported expression'],
  ['year = ; drop', 'InvalidInputException', 'Unsupported expression'],
  ['('.repeat(300), 'InvalidInputException', 'Unsupported expression'],
])('%s is refused', (source, code, message) => {
  expect(() => matches(source)).toThrow(expect.objectContaining({ code }))
  expect(() => matches(source)).toThrow(message)
})

test('equalities on the leading text keys narrow the scan', () => {
  const text = [
    { name: 'a', type: 'string' },
    { name: 'b', type: 'string' },
    { name: 'c', type: 'int' },
  ]
  const prefixOf = (source: string) => compileFilter(source, text, 'catalog').prefix
  expect(prefixOf("b = '2' AND a = '1' AND c = 3")).toEqual(['1', '2'])
  expect(prefixOf("b = '2'")).toEqual([])
  expect(prefixOf("a = '1' OR b = '2'")).toEqual([])
})

test('any text is compiled or refused, never thrown at us', () => {
  const words = fc.constantFrom(
    'year',
    'n',
    '=',
    '<',
    '(',
    ')',
    'AND',
    'NOT',
    'IN',
    "'x'",
    '1',
    ',',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map((all) => all.join(' ')),
      ),
      (source) => {
        try {
          compileFilter(source, keys, 'spark').matches(row)
        } catch (error) {
          expect(error).toMatchObject({ code: 'InvalidInputException' })
        }
      },
    ),
    { seed: 7, numRuns: 500 },
  )
})
