import { describe, expect, test } from 'vitest'
import { parseStatement } from './parse-statement.ts'
import { collectTableUses } from './table-uses.ts'

/** A table name as text. */
const nameOf = (table: { readonly parts: ReadonlyArray<{ readonly text: string }> }) =>
  table.parts.map(({ text }) => text).join('.')

describe('definitions of Hive', () => {
  test('CREATE EXTERNAL TABLE with a SerDe, partitions and nested types', () => {
    const statement = parseStatement(
      `CREATE EXTERNAL TABLE IF NOT EXISTS \`db\`.\`logs\` (
         \`ID\` bigint COMMENT 'pk', req struct<ip:string, hdrs:map<string,array<int>>>, amount decimal(10, 2))
       COMMENT 'it''s' PARTITIONED BY (\`date\` string, hr int)
       ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('mapping.ts' = 'timestamp')
       LOCATION 's3://b/logs/' TBLPROPERTIES ("a" = "b");`,
    )
    expect(statement).toMatchObject({
      kind: 'create-table',
      ifNotExists: true,
      comment: "it's",
      columns: [
        { name: 'id', type: 'bigint', comment: 'pk' },
        { name: 'req', type: 'struct<ip:string,hdrs:map<string,array<int>>>' },
        { name: 'amount', type: 'decimal(10,2)' },
      ],
      partitionKeys: [
        { name: 'date', type: 'string' },
        { name: 'hr', type: 'int' },
      ],
      serde: {
        library: 'org.openx.data.jsonserde.JsonSerDe',
        parameters: { 'mapping.ts': 'timestamp' },
      },
      location: 's3://b/logs/',
      properties: { a: 'b' },
    })
  })

  test('ROW FORMAT DELIMITED names its delimiters as the SerDe does', () => {
    const statement = parseStatement(
      `CREATE EXTERNAL TABLE t (a string) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t'
       ESCAPED BY '\\\\' COLLECTION ITEMS TERMINATED BY '\\002' MAP KEYS TERMINATED BY ':'
       LINES TERMINATED BY '\\n' NULL DEFINED AS '' STORED AS TEXTFILE LOCATION 's3://b/t'`,
    )
    expect(statement).toMatchObject({
      storedAs: 'TEXTFILE',
      delimited: {
        'field.delim': '\t',
        'escape.delim': '\\',
        'collection.delim': '\u0002',
        'mapkey.delim': ':',
        'line.delim': '\n',
        'serialization.null.format': '',
      },
    })
  })

  test.each([
    [
      "ALTER TABLE t ADD IF NOT EXISTS PARTITION (dt='x', hr=1) LOCATION 's3://b/x/' PARTITION (dt='y', hr=-2)",
      {
        kind: 'add-partitions',
        ifNotExists: true,
        partitions: [
          { spec: { dt: 'x', hr: '1' }, location: 's3://b/x/' },
          { spec: { dt: 'y', hr: '-2' } },
        ],
      },
    ],
    [
      "ALTER TABLE t DROP PARTITION (dt='x'), PARTITION (dt='y')",
      { kind: 'drop-partitions', ifExists: false, specs: [{ dt: 'x' }, { dt: 'y' }] },
    ],
    [
      "ALTER TABLE t PARTITION (dt='x') RENAME TO PARTITION (dt='y')",
      { kind: 'rename-partition', from: { dt: 'x' }, to: { dt: 'y' } },
    ],
    [
      "ALTER TABLE t PARTITION (dt='x') SET LOCATION 's3://b/'",
      { kind: 'set-location', partition: { dt: 'x' }, location: 's3://b/' },
    ],
    ["ALTER TABLE t SET LOCATION 's3://b/'", { kind: 'set-location', location: 's3://b/' }],
    [
      "ALTER TABLE t SET TBLPROPERTIES ('a'='b')",
      { kind: 'set-properties', properties: { a: 'b' } },
    ],
    [
      'ALTER TABLE t ADD COLUMNS (x string, y array<int>)',
      {
        kind: 'add-columns',
        columns: [
          { name: 'x', type: 'string' },
          { name: 'y', type: 'array<int>' },
        ],
      },
    ],
    [
      'ALTER TABLE t REPLACE COLUMNS (x int)',
      { kind: 'replace-columns', columns: [{ name: 'x', type: 'int' }] },
    ],
  ])('%s', (sql, action) => {
    expect(parseStatement(sql)).toMatchObject({ kind: 'alter-table', action })
  })
})

describe('what shows and describes', () => {
  test.each([
    ['SHOW DATABASES', { kind: 'show-databases' }],
    ["SHOW SCHEMAS LIKE 'a*'", { kind: 'show-databases', pattern: 'a*' }],
    ["SHOW TABLES IN db 'lo*'", { kind: 'show-tables', database: 'db', pattern: 'lo*' }],
    ['SHOW VIEWS', { kind: 'show-views' }],
    ['SHOW PARTITIONS db.t', { kind: 'show-partitions' }],
    ['SHOW COLUMNS IN t', { kind: 'show-columns' }],
    ['SHOW CREATE TABLE t', { kind: 'show-create' }],
    ["SHOW TBLPROPERTIES t('a')", { kind: 'show-properties', property: 'a' }],
    ['DESC db.t', { kind: 'describe' }],
    ['MSCK REPAIR TABLE db.t', { kind: 'repair' }],
    ['DROP TABLE IF EXISTS db.t', { kind: 'drop-table', ifExists: true }],
    ['DROP VIEW v', { kind: 'drop-view', ifExists: false }],
    ['DROP SCHEMA db CASCADE', { kind: 'drop-database', name: 'db', cascade: true }],
    [
      "CREATE DATABASE IF NOT EXISTS DB COMMENT 'c' LOCATION 's3://b/' WITH DBPROPERTIES ('a'='b')",
      { kind: 'create-database', name: 'db', comment: 'c', properties: { a: 'b' } },
    ],
    ['DEALLOCATE PREPARE p', { kind: 'deallocate', name: 'p' }],
    ["EXECUTE p USING 1, 'x'", { kind: 'execute', name: 'p', values: ['1', "'x'"] }],
  ])('%s', (sql, expected) => {
    expect(parseStatement(sql)).toMatchObject(expected)
  })

  test('SHOW COLUMNS takes the database behind the table too', () => {
    const statement = parseStatement('SHOW COLUMNS FROM t IN db')
    expect(statement.kind === 'show-columns' && nameOf(statement.table)).toBe('db.t')
  })
})

describe('queries that write', () => {
  test('CREATE TABLE AS keeps its properties', () => {
    const statement = parseStatement(
      `CREATE TABLE db.new WITH (format = 'PARQUET', partitioned_by = ARRAY['a', 'b'], bucket_count = 4)
       AS WITH x AS (SELECT 1 AS a) SELECT * FROM x WITH NO DATA`,
    )
    if (statement.kind !== 'create-table-as') throw new Error(statement.kind)
    expect(nameOf(statement.table)).toBe('db.new')
    expect([...statement.properties]).toEqual([
      ['format', 'PARQUET'],
      ['partitioned_by', ['a', 'b']],
      ['bucket_count', '4'],
    ])
    expect(statement.withData).toBe(false)
  })

  test('INSERT INTO knows a list of columns from a query in parentheses', () => {
    expect(parseStatement('INSERT INTO t (a, B) SELECT 1, 2')).toMatchObject({
      columns: ['a', 'b'],
    })
    expect(parseStatement('INSERT INTO t (SELECT 1)')).not.toHaveProperty('columns')
    expect(parseStatement('INSERT INTO t VALUES (1), (2)').kind).toBe('insert')
  })

  test('views and prepared statements keep their text as written', () => {
    const view = parseStatement('CREATE OR REPLACE VIEW v AS SELECT  a -- c\n FROM t ;')
    expect(view).toMatchObject({
      kind: 'create-view',
      orReplace: true,
      text: 'SELECT  a -- c\n FROM t',
    })
    const prepared = parseStatement("PREPARE p FROM SELECT * FROM t WHERE a = ? AND b = '?'")
    expect(prepared).toMatchObject({ text: "SELECT * FROM t WHERE a = ? AND b = '?'" })
  })

  test('UNLOAD', () => {
    const statement = parseStatement("UNLOAD (SELECT 1) TO 's3://b/o/' WITH (format = 'JSON')")
    expect(statement).toMatchObject({ kind: 'unload', location: 's3://b/o/' })
  })
})

describe('parameters take the place of question marks, as values only', () => {
  test('in their order', () => {
    const statement = parseStatement('SELECT ?, ?', ['1', "'a''b'"])
    expect(JSON.stringify(statement)).toContain(`"value":"a'b"`)
  })

  test.each([[['1']], [[]], [['1', '2; DROP TABLE t']], [['1', 'a FROM b']]])('%j', (values) => {
    expect(() => parseStatement('SELECT ?, ?', values)).toThrow(/line 1:\d+/)
  })
})

describe('what is no statement of Athena is refused', () => {
  test.each([
    ['DELETE FROM t', 'DELETE is not supported by Headrace yet'],
    ['MERGE INTO t USING s ON true', 'MERGE is not supported by Headrace yet'],
    ['VACUUM t', 'VACUUM is not supported by Headrace yet'],
    ['SHOW FUNCTIONS', 'SHOW FUNCTIONS is not supported by Headrace yet'],
    ['DESCRIBE FORMATTED t', 'DESCRIBE EXTENDED and FORMATTED'],
    ['ALTER TABLE t RENAME TO u', 'ALTER TABLE … RENAME is not supported'],
    ["CREATE TABLE t (a int) LOCATION 's3://b/' TBLPROPERTIES ('table_type'='ICEBERG')", 'ICEBERG'],
    ['CREATE TABLE t (a int)', "Expecting: 'EXTERNAL'"],
    ['CREATE EXTERNAL TABLE t (a nosuchtype)', "mismatched input 'nosuchtype'"],
    ['SELECT 1; SELECT 2', "line 1:11: mismatched input 'SELECT'"],
    ['SELEC 1', "line 1:1: mismatched input 'SELEC'"],
    ['', "line 1:1: mismatched input '<EOF>'"],
  ])('%s', (sql, message) => {
    expect(() => parseStatement(sql)).toThrow(message)
  })
})

describe('statements of any size are read in time, or refused', () => {
  const nested = (open: string, inner: string, close: string, depth: number) =>
    `SELECT ${open.repeat(depth)}${inner}${close.repeat(depth)}`

  test('up to a depth', () => {
    for (const [open, inner, close] of [
      ['(', '1', ')'],
      ['(', '(SELECT 1) + 1', ')'],
      ['substring(', "'a'", ', 1)'],
      ['abs(', '1', ')'],
      ['CASE WHEN true THEN ', '1', ' END'],
    ] as const) {
      expect(parseStatement(nested(open, inner, close, 60)).kind).toBe('query')
      expect(() => parseStatement(nested(open, inner, close, 10_000))).toThrow(
        'statement is too large',
      )
    }
    const tables = (depth: number) => `SELECT * FROM ${'('.repeat(depth)}a${')'.repeat(depth)}`
    expect(parseStatement(tables(60)).kind).toBe('query')
    expect(() => parseStatement(tables(50_000))).toThrow('statement is too large')
  })

  test('long rows of operands are no depth', () => {
    const sql = `SELECT ${'- '.repeat(5000)} 1 FROM t WHERE ${'NOT '.repeat(5000)} a = 0${' OR a = 1'.repeat(9000)}`
    const statement = parseStatement(sql)
    if (statement.kind !== 'query') throw new Error(statement.kind)
    expect(collectTableUses(statement.query)).toHaveLength(1)
    expect(() => parseStatement(`SELECT 1${' + 1'.repeat(10_001)}`)).toThrow('a shorter statement')
  })
})
