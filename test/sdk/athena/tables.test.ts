import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { openAthena } from './athena-session.ts'

let session: Awaited<ReturnType<typeof openAthena>>

beforeAll(async () => {
  session = await openAthena()
})

async function rowsOf(name: string, columns: string, rest: string, more = ''): Promise<unknown> {
  const { run, bucket } = session
  await run(
    `CREATE EXTERNAL TABLE ${name} (${columns}) ${rest} LOCATION 's3://${bucket}/${name}/' ${more}`,
  )
  return (await run(`SELECT * FROM ${name}`)).rows
}

describe('text', () => {
  test('delimited fields that cannot be converted are null, missing ones too, more are dropped', async () => {
    await session.put('plain/a.csv', 'a,b,d\n1,x,2026-01-01\n2.7,"q,z\n\\N,,bad,extra\n5\n')
    const rows = await rowsOf(
      'plain',
      'a int, b string, d date',
      "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','",
      "TBLPROPERTIES ('skip.header.line.count'='1')",
    )
    expect(rows).toEqual([
      ['1', 'x', '2026-01-01'],
      [null, '"q', null],
      [null, '', null],
      ['5', null, null],
    ])
  })

  test('the delimiter is ^A when nothing is said, and gzip goes by the name', async () => {
    await session.put('bare/a.gz', gzipSync('1\u0001x\n'))
    expect(await rowsOf('bare', 'a int, b string', '')).toEqual([['1', 'x']])
  })

  test('CSV with quotes keeps empty texts, and reads dates as days and times as milliseconds', async () => {
    await session.put('csv/a.csv', '1,"x,""y",19723,1700000000000\n,"",,\n')
    const rows = await rowsOf(
      'csv',
      'a int, b string, d date, t timestamp',
      "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'",
    )
    expect(rows).toEqual([
      ['1', 'x,"y', '2024-01-01', '2023-11-14 22:13:20.000'],
      [null, '', null, null],
    ])
    await session.put('csv/b.csv', 'no number,,,\n')
    expect(await session.failure('SELECT a FROM csv')).toContain('HIVE_BAD_DATA')
  })
})

describe('JSON', () => {
  test('malformed lines fail the query, or are rows of nulls when the SerDe says so', async () => {
    await session.put('strict/a.json', '{"a":1}\nnot json\n')
    await session.put('lenient/a.json', '{"a":1}\nnot json\n')
    const serde = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"
    await session.run(
      `CREATE EXTERNAL TABLE strict (a int) ${serde} LOCATION 's3://${session.bucket}/strict/'`,
    )
    expect(await session.failure('SELECT a FROM strict')).toContain('HIVE_BAD_DATA')
    const rows = await rowsOf(
      'lenient',
      'a int',
      `${serde} WITH SERDEPROPERTIES ('ignore.malformed.json'='true')`,
    )
    expect(rows).toEqual([['1'], [null]])
  })

  test('a column may be mapped to a key, and a key may be spelled in several ways', async () => {
    await session.put('mapped/a.json', '{"@timestamp":"2026-01-01 00:00:00","n":{"Deep":[1]}}\n')
    await session.put('mapped/b.json', '{"@Timestamp":"2026-01-02 00:00:00"}\n')
    const rows = await rowsOf(
      'mapped',
      'ts timestamp, n string',
      "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('mapping.ts'='@timestamp')",
    )
    expect((rows as string[][]).sort()).toEqual([
      ['2026-01-01 00:00:00.000', '{"Deep":[1]}'],
      ['2026-01-02 00:00:00.000', null],
    ])
  })
})

describe('partitions', () => {
  test('are made from the properties of the table where it says so', async () => {
    const { put, run, bucket } = session
    await put('logs/2026/01/31/a/x.json', '{"id":1}\n')
    await put('logs/2026/02/01/b/x.json', '{"id":2}\n')
    await put('logs/2026/02/03/b/x.json', '{"id":3}\n')
    await run(
      `CREATE EXTERNAL TABLE logs (id bigint) PARTITIONED BY (day string, k string)
       ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://${bucket}/logs/'
       TBLPROPERTIES ('projection.enabled'='true', 'projection.day.type'='date',
         'projection.day.range'='2026/01/30,2026/02/02', 'projection.day.format'='yyyy/MM/dd',
         'projection.k.type'='enum', 'projection.k.values'='a,b',
         'storage.location.template'='s3://${bucket}/logs/\${day}/\${k}')`,
    )
    expect((await run('SELECT * FROM logs ORDER BY id')).rows).toEqual([
      ['1', '2026/01/31', 'a'],
      ['2', '2026/02/01', 'b'],
    ])
    const { rows, scanned } = await run("SELECT id FROM logs WHERE day >= '2026/02/01' AND k = 'b'")
    expect([rows, scanned]).toEqual([[['2']], 9])
    await run("ALTER TABLE logs SET TBLPROPERTIES ('projection.k.type'='injected')")
    expect(await session.failure('SELECT id FROM logs')).toContain('CONSTRAINT_VIOLATION')
    expect((await run("SELECT id FROM logs WHERE k = 'a'")).rows).toEqual([['1']])
  })

  test('may lack columns that the table has got since', async () => {
    const { run, bucket } = session
    await run(
      `CREATE EXTERNAL TABLE grown (a int) PARTITIONED BY (p string) STORED AS PARQUET
       LOCATION 's3://${bucket}/grown/'`,
    )
    await run("INSERT INTO grown VALUES (1, 'old')")
    await run('ALTER TABLE grown ADD COLUMNS (b string)')
    await run("INSERT INTO grown VALUES (2, 'x', 'new')")
    await run('ALTER TABLE grown REPLACE COLUMNS (b string, a bigint)')
    const { rows } = await run('SELECT a, b, p FROM grown ORDER BY a')
    expect(rows).toEqual([
      ['1', null, 'old'],
      ['2', 'x', 'new'],
    ])
  })
})

test('a table without objects has no rows, and one in ORC is refused by its SerDe', async () => {
  const { run, bucket, failure } = session
  await run(`CREATE EXTERNAL TABLE nothing (a int) LOCATION 's3://${bucket}/nothing/'`)
  expect((await run('SELECT count(*), max(a) FROM nothing')).rows).toEqual([['0', null]])
  expect((await run('SELECT * FROM nothing')).header).toEqual(['a'])
  await session.put('orc/a.orc', 'ORC')
  await run(`CREATE EXTERNAL TABLE orc (a int) STORED AS ORC LOCATION 's3://${bucket}/orc/'`)
  expect(await failure('SELECT * FROM orc')).toContain('OrcSerde is not supported by Headrace yet')
})

test('a damaged file fails the query and says so', async () => {
  const { run, bucket, failure } = session
  await session.put('broken/a.parquet', 'PAR1 this is not a Parquet file PAR1')
  await run(
    `CREATE EXTERNAL TABLE broken (a int) STORED AS PARQUET LOCATION 's3://${bucket}/broken/'`,
  )
  expect(await failure('SELECT a FROM broken')).toContain('HIVE_BAD_DATA')
})
