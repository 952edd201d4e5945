import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestQuery } from '../../../../test/support/duckdb.ts'
import type { JsonValue, QuerySession } from '../../../engines/query/port.ts'
import { createReader } from './create-reader.ts'
import { macrosOf } from './macros.ts'
import { translateQuery } from './translate.ts'

const query = openTestQuery()
let session: QuerySession
const made = new Set<string>()

/** Hive types of columns of the tables below. */
const TYPES: Readonly<Record<string, string>> = {
  tags: 'array<string>',
  counts: 'map<string,int>',
  items: 'array<struct<sku:string,price:double>>',
}

beforeAll(async () => {
  session = await query.open({
    paths: [],
    settings: { ieee_floating_point_ops: true, integer_division: true },
  })
  await session.execute(
    `CREATE TABLE events AS SELECT i AS id, i % 5 AS user_id, ['us', 'de'][1 + i % 2] AS country,
       i * 1.5e0 AS amount, TIMESTAMP '2026-01-01' + to_minutes(i) AS ts FROM range(20) t(i)`,
  )
  await session.execute(
    `CREATE TABLE nested AS SELECT 1 AS id, ['a', 'b'] AS tags, MAP {'x': 1} AS counts,
       [{sku: 's', price: 2.5e0}] AS items`,
  )
})

afterAll(() => query.close())

async function rows(sql: string): Promise<ReadonlyArray<ReadonlyArray<JsonValue>>> {
  const reader = createReader(sql)
  const parsed = reader.query()
  expect(reader.peek().kind).toBe('end')
  const text = translateQuery(parsed, {
    tableOf: (name) => `"${name.at(-1)?.text}"`,
    columnType: (name) => TYPES[name],
    pathTables: new Set(),
    unknownIsMap: false,
  })
  for (const macro of macrosOf(text)) {
    if (made.has(macro)) continue
    made.add(macro)
    await session.execute(macro)
  }
  return (await session.execute(text)).rows
}

describe('a query of Athena gives in DuckDB what it gives in Trino', () => {
  const cases: ReadonlyArray<readonly [sql: string, first: ReadonlyArray<JsonValue>]> = [
    [`SELECT 7 / 2, -7 / 2, 7 % 3, 7 / 2.0, 1e0 / 0`, [3, -3, 1, 3.5, 'Infinity']],
    [
      `SELECT sum(id) / count(*), CAST(7 AS double) / 2, CAST('1.50' AS decimal(5,2)) / 2, sum(amount) / count(*), sum(id) / 2.5 FROM events`,
      ['9', 3.5, 0.75, 14.25, 76],
    ],
    [`SELECT try(1 / 0), try(ARRAY[1][5]), try_cast('x' AS integer)`, [null, null, null]],
    [`SELECT 1.5, typeof(1.5), typeof(1), typeof('a')`, [1.5, 'double', 'integer', 'varchar']],
    [
      `SELECT date '2026-01-31' + interval '1' month, date_add('day', -1, date '2026-03-01')`,
      ['2026-02-28', '2026-02-28'],
    ],
    [
      `SELECT date_trunc('month', date '2026-03-05'), date_trunc('hour', timestamp '2026-03-05 07:08:09')`,
      ['2026-03-01', '2026-03-05 07:00:00'],
    ],
    [
      `SELECT date_diff('hour', timestamp '2026-01-01 00:00:00', timestamp '2026-01-02 06:30:00'), date_diff('month', date '2026-01-31', date '2026-02-01')`,
      ['30', '0'],
    ],
    [
      `SELECT date_parse('05/Mar/2026 7:08', '%d/%b/%Y %k:%i'), date_format(timestamp '2026-03-05 07:08:09', '%Y-%m-%d %H:%i:%s %W %%')`,
      ['2026-03-05 07:08:00', '2026-03-05 07:08:09 Thursday %'],
    ],
    [
      `SELECT format_datetime(timestamp '2026-03-05 07:08:09', 'yyyy-MM-dd''T''HH:mm:ss')`,
      ['2026-03-05T07:08:09'],
    ],
    [
      `SELECT day_of_week(date '2026-03-08'), week(date '2026-01-01'), year_of_week(date '2027-01-01'), extract(quarter FROM date '2026-05-01'), last_day_of_month(date '2026-02-05')`,
      ['7', '1', '2026', '2', '2026-02-28'],
    ],
    [
      `SELECT from_unixtime(0), to_unixtime(timestamp '1970-01-02 00:00:00'), from_iso8601_date('2026-03-05')`,
      ['1970-01-01 00:00:00+00', 86400, '2026-03-05'],
    ],
    [
      `SELECT timestamp '2026-01-01 00:00:00 UTC' AT TIME ZONE 'America/New_York'`,
      ['2025-12-31 19:00:00'],
    ],
    [
      `SELECT CAST(timestamp '2026-01-01 00:00:00' AS varchar), CAST('abc' AS varchar(2)), CAST('x' AS char(3)), CAST(true AS varchar)`,
      ['2026-01-01 00:00:00.000', 'ab', 'x  ', 'true'],
    ],
    [
      `SELECT concat('a', NULL), concat('a', 'b'), 'a' || 'b', concat_ws('-', 'a', 'b')`,
      [null, 'ab', 'ab', 'a-b'],
    ],
    [
      `SELECT split('a,b', ',')[2], split_part('a,b', ',', 3), substr('hello', 2, 3), substr('hello', 0), strpos('abc', 'b')`,
      ['b', null, 'ell', '', '2'],
    ],
    [
      `SELECT trim(BOTH 'x' FROM 'xax'), trim('  a '), position('b' IN 'abc'), reverse('ab'), lpad('1', 3, '0'), codepoint('a')`,
      ['a', 'a', '2', 'ba', '001', 97],
    ],
    [`SELECT format('%s-%05d %.2f %,d%%', 'a', 42, 1.5, 1234567)`, ['a-00042 1.50 1,234,567%']],
    [
      `SELECT regexp_like('hello123', '\\d+'), regexp_extract('a-42', '(\\w)-(\\d+)', 2), regexp_extract('a', 'x'), regexp_replace('new york', '(\\w)(\\w*)', '$2$1')`,
      [true, '42', null, 'ewn orky'],
    ],
    [
      `SELECT 'a_b' LIKE 'a\\_b' ESCAPE '\\', 'A' LIKE 'a', 'x' NOT IN ('y'), 2 BETWEEN 1 AND 3`,
      [true, false, true, true],
    ],
    [
      `SELECT json_extract_scalar('{"a":{"b":"v"}}', '$.a.b'), json_extract_scalar('{"a":[1]}', '$["a"]'), json_array_length('[1,2]'), json_format(json_parse('{"a": 1}'))`,
      ['v', null, '2', '{"a": 1}'],
    ],
    [
      `SELECT CAST(json_extract('{"a":[1,2]}', '$.a') AS array(bigint)), CAST(ARRAY[1] AS json), CAST('a' AS json)`,
      [['1', '2'], '[1]', '"a"'],
    ],
    [
      `SELECT cardinality(ARRAY[1,2]), contains(ARRAY[1], 1), array_distinct(ARRAY[2,1,2]), array_join(ARRAY['a','b'], ','), element_at(ARRAY[1,2], -1), slice(ARRAY[1,2,3], 2, 2), flatten(ARRAY[ARRAY[1],ARRAY[2]])`,
      ['2', true, [2, 1], 'a,b', 2, [2, 3], [1, 2]],
    ],
    [
      `SELECT filter(ARRAY[1,2,3], x -> x > 1), transform(ARRAY[1,2], x -> x * 2), reduce(ARRAY[1,2,3], 0, (s, x) -> s + x, s -> s * 10), any_match(ARRAY[1,2], x -> x = 2), zip_with(ARRAY[1,2], ARRAY[3,4], (x, y) -> x + y)`,
      [[2, 3], [2, 4], 60, true, [4, 6]],
    ],
    [
      `SELECT map_keys(m), m['a'], element_at(m, 'z'), cardinality(map(ARRAY['a'], ARRAY[1])), transform_values(m, (k, v) -> v + 1) FROM (SELECT map(ARRAY['a','b'], ARRAY[1,2]) AS m)`,
      [
        ['a', 'b'],
        1,
        null,
        '1',
        [
          { key: 'a', value: 2 },
          { key: 'b', value: 3 },
        ],
      ],
    ],
    [
      `SELECT map_agg(k, v) FROM (VALUES ('a', 1), ('a', 2), ('b', 3)) AS t(k, v)`,
      [
        [
          { key: 'a', value: 1 },
          { key: 'b', value: 3 },
        ],
      ],
    ],
    [`SELECT CAST(ROW(1, 'x') AS ROW(a integer, b varchar)).a, ROW(1, 2) = ROW(1, 2)`, [1, true]],
    [
      `SELECT sequence(1, 3), sequence(3, 1), sequence(date '2026-01-01', date '2026-01-02')`,
      [
        ['1', '2', '3'],
        ['3', '2', '1'],
        ['2026-01-01', '2026-01-02'],
      ],
    ],
    [
      `SELECT id, tag, n FROM nested CROSS JOIN UNNEST(tags) WITH ORDINALITY AS t(tag, n) ORDER BY n`,
      [1, 'a', '1'],
    ],
    [`SELECT k, v FROM nested CROSS JOIN UNNEST(counts) AS t(k, v)`, ['x', 1]],
    [`SELECT sku, price FROM nested, UNNEST(items) AS t(sku, price)`, ['s', 2.5]],
    [`SELECT a, b FROM UNNEST(ARRAY[1,2,3], ARRAY['x','y']) AS t(a, b) ORDER BY a DESC`, [3, null]],
    [`SELECT x FROM (SELECT ARRAY[1] AS a) LEFT JOIN UNNEST(a) AS u(x) ON true`, [1]],
    [
      `SELECT approx_distinct(country), count_if(amount > 10), arbitrary(country), max_by(id, amount), array_agg(id ORDER BY id DESC)[1], count(DISTINCT country), count(*) FILTER (WHERE id < 3) FROM events`,
      ['2', '13', 'us', '19', '19', '2', '3'],
    ],
    [
      `SELECT approx_percentile(amount, 0.5), approx_percentile(amount, ARRAY[0.5, 0.25]) FROM events`,
      [14.25, [14.25, 6.75]],
    ],
    [
      `SELECT row_number() OVER (PARTITION BY user_id ORDER BY ts DESC), lag(amount, 1, 0e0) OVER w, sum(amount) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM events WINDOW w AS (ORDER BY id) ORDER BY id`,
      ['4', 0, 0],
    ],
    [
      `SELECT country, sum(amount), grouping(country) FROM events GROUP BY GROUPING SETS ((country), ()) ORDER BY 1 NULLS FIRST`,
      [null, 285, '1'],
    ],
    [
      `WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t`,
      ['15'],
    ],
    [`SELECT x FROM (VALUES 1, NULL, 2) AS t(x) ORDER BY x DESC`, [2]],
    [`SELECT id FROM events ORDER BY id OFFSET 2 ROWS FETCH FIRST 1 ROW ONLY`, ['2']],
    [`(SELECT 1 AS x UNION ALL SELECT 2) EXCEPT SELECT 1`, [2]],
    [
      `SELECT e.id, x.c FROM (SELECT id FROM events WHERE id < 2) e CROSS JOIN LATERAL (SELECT e.id + 1 AS c) x ORDER BY 1`,
      ['0', '1'],
    ],
    [
      `SELECT 1 IS DISTINCT FROM NULL, EXISTS (SELECT 1 FROM events WHERE id = 3), 1 = ANY (SELECT user_id FROM events), (SELECT max(id) FROM events)`,
      [true, true, true, '19'],
    ],
    [
      `SELECT CASE WHEN 1 = 1 THEN 'y' ELSE 'n' END, if(false, 1, 2), coalesce(NULL, 1), nullif(1, 1), greatest(1, NULL), is_nan(nan())`,
      ['y', 2, 1, null, null, true],
    ],
    [
      `SELECT to_hex(md5(to_utf8('abc'))), to_base64(to_utf8('a')), X'41', url_extract_host('http://h:1/p?q=a%20b'), url_extract_parameter('http://h/p?q=a%20b', 'q')`,
      ['900150983CD24FB0D6963F7D28E17F72', 'YQ==', 'A', 'h', 'a b'],
    ],
    [
      `SELECT max(date '2026-01-31') + interval '1' month, date_trunc('month', max(ts)), CAST(max(ts) AS varchar), floor(avg(id)), sum(id) % 7 FROM events`,
      ['2026-02-28', '2026-01-01 00:00:00', '2026-01-01 00:19:00', 9, '1'],
    ],
    [
      `SELECT floor(5), ceil(1.2), round(2.567, 2), truncate(2.7), power(2, 3), log(2, 8), bitwise_and(6, 3), width_bucket(5, 0, 10, 5)`,
      ['5', 2, 2.57, 2, 8, 3, 2, '3'],
    ],
    [`SELECT -- a comment\n "ID" /* another */ FROM Events WHERE "id" = 3`, ['3']],
  ]

  test.each(cases)('%s', async (sql, first) => {
    expect((await rows(sql))[0]).toEqual(first)
  })
})

describe('what is not built is refused by name, never passed over', () => {
  test.each([
    ['SELECT * FROM t MATCH_RECOGNIZE (PATTERN (A) DEFINE A AS true)', 'MATCH_RECOGNIZE'],
    ["SELECT * FROM t FOR TIMESTAMP AS OF TIMESTAMP '2026-01-01 00:00:00'", 'time travel'],
    ['SELECT nosuch(1)', 'nosuch()'],
    ['SELECT checksum(id) FROM events', 'checksum()'],
    ["SELECT regexp_replace('a', 'a', x -> upper(x[1]))", 'regexp_replace with a function'],
    ["SELECT date_format(ts, '%U') FROM events", '%U'],
    ['SELECT array_sort(ARRAY[1], (x, y) -> 1)', 'array_sort()'],
    ['SELECT id FROM events FETCH FIRST 1 ROW WITH TIES', 'WITH TIES'],
    ['SELECT CAST(1 AS ipaddress)', 'ipaddress'],
  ])('%s', async (sql, name) => {
    await expect(rows(sql)).rejects.toThrow(name)
  })
})

test('errors within values are raised under their names in Trino', async () => {
  await expect(rows('SELECT 1 / (id - id) FROM events')).rejects.toThrow('DIVISION_BY_ZERO')
  await expect(rows('SELECT ARRAY[1,2][3]')).rejects.toThrow(/INVALID_FUNCTION_ARGUMENT.*3 > 2/)
  await expect(rows("SELECT map(ARRAY['a'], ARRAY[1])['b']")).rejects.toThrow(
    'Key not present in map',
  )
})

describe('a syntax error names line, column and what stands there', () => {
  test.each([
    ['SELECT a FROM', 'line 1:14'],
    ['SELECT a b c FROM t', "line 1:12: mismatched input 'c'"],
    ['SELECT\n  FROM t', "line 2:3: mismatched input 'FROM'"],
    ["SELECT 'open", "line 1:8: mismatched input '''"],
  ])('%s', async (sql, message) => {
    const read = () => {
      const reader = createReader(sql)
      reader.query()
      if (reader.peek().kind !== 'end') reader.fail()
    }
    expect(read).toThrow(message)
  })
})
