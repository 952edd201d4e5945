import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { beforeAll, describe, expect, test } from 'vitest'
import { openAthena } from './athena-session.ts'

let session: Awaited<ReturnType<typeof openAthena>>

beforeAll(async () => {
  session = await openAthena()
})

async function keysUnder(prefix: string): Promise<string[]> {
  const { Contents = [] } = await session.s3.send(
    new ListObjectsV2Command({ Bucket: session.bucket, Prefix: prefix }),
  )
  return Contents.map(({ Key = '' }) => Key)
}

describe('CREATE TABLE AS', () => {
  test('writes Parquet in partitions, registers the table, and lists its objects in a manifest', async () => {
    const { run, bucket, object } = session
    const { execution } = await run(
      `CREATE TABLE sold WITH (format = 'PARQUET', write_compression = 'SNAPPY',
         external_location = 's3://${bucket}/sold/', partitioned_by = ARRAY['country']) AS
       SELECT x AS id, x * 1.5 AS amount, sum(x) OVER () AS total,
         if(x % 2 = 0, 'de', 'us') AS country FROM UNNEST(sequence(1, 4)) AS t(x)`,
    )
    expect(execution).toMatchObject({
      StatementType: 'DDL',
      SubstatementType: 'CREATE_TABLE_AS_SELECT',
    })
    const keys = await keysUnder('sold/')
    expect(keys).toHaveLength(2)
    expect(keys[0]).toMatch(/^sold\/country=de\/.+\.snappy\.parquet$/)
    const manifest = await object(execution.Statistics?.DataManifestLocation ?? '')
    expect(manifest.toString().trim().split('\n').sort()).toEqual(
      keys.map((key) => `s3://${bucket}/${key}`),
    )
    expect((await run('SELECT * FROM sold ORDER BY id')).rows).toEqual([
      ['1', '1.5', '10', 'us'],
      ['2', '3.0', '10', 'de'],
      ['3', '4.5', '10', 'us'],
      ['4', '6.0', '10', 'de'],
    ])
    const all = await run('SELECT sum(amount) FROM sold')
    const half = await run("SELECT sum(amount) FROM sold WHERE country = 'de'")
    expect(half.scanned).toBeGreaterThan(0)
    expect(half.scanned).toBeLessThan(all.scanned)
  })

  test('goes under the results when no place is named, and never over another table or its data', async () => {
    const { run, failure, bucket } = session
    const { id } = await run("CREATE TABLE kept AS SELECT 1 AS a, 'x' AS b")
    expect((await keysUnder(`results/tables/${id}/`))[0]).toMatch(/\.gz\.parquet$/)
    expect(await failure('CREATE TABLE kept AS SELECT 2 AS a')).toContain('TABLE_ALREADY_EXISTS')
    await run('CREATE TABLE IF NOT EXISTS kept AS SELECT 2 AS a')
    expect((await run('SELECT * FROM kept')).rows).toEqual([['1', 'x']])
    const over = `CREATE TABLE other WITH (external_location = 's3://${bucket}/results/tables/${id}/') AS SELECT 1 AS a`
    expect(await failure(over)).toContain('HIVE_PATH_ALREADY_EXISTS')
  })

  test.each([
    ["CREATE TABLE x WITH (format = 'ORC') AS SELECT 1 AS a", 'the format ORC is not supported'],
    [
      "CREATE TABLE x WITH (bucketed_by = ARRAY['a'], bucket_count = 2) AS SELECT 1 AS a",
      'bucketed_by is not supported',
    ],
    [
      "CREATE TABLE x WITH (nonsense = 'a') AS SELECT 1 AS a",
      "Table property 'nonsense' does not exist",
    ],
    [
      "CREATE TABLE x WITH (partitioned_by = ARRAY['a']) AS SELECT 1 AS a, 2 AS b",
      'HIVE_COLUMN_ORDER_MISMATCH',
    ],
    ['CREATE TABLE x AS SELECT current_timestamp AS a', 'Unsupported Hive type'],
    [
      "CREATE TABLE x WITH (partitioned_by = ARRAY['p']) AS SELECT 1 AS a, x AS p FROM UNNEST(sequence(1, 101)) AS t(x)",
      'HIVE_TOO_MANY_OPEN_PARTITIONS',
    ],
  ])('%s', async (sql, reason) => {
    expect(await session.failure(sql)).toContain(reason)
    expect(await session.failure('SELECT * FROM x')).toContain('TABLE_NOT_FOUND')
  })
})

describe('INSERT INTO', () => {
  test('adds objects and partitions in the format of the table', async () => {
    const { run, bucket } = session
    for (const [name, serde] of [
      ['as_json', "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"],
      ['as_text', "ROW FORMAT DELIMITED FIELDS TERMINATED BY '|'"],
      ['as_parquet', 'STORED AS PARQUET'],
    ]) {
      await run(
        `CREATE EXTERNAL TABLE ${name} (a bigint, b string, d date) PARTITIONED BY (p string) ${serde}
         LOCATION 's3://${bucket}/${name}/'`,
      )
      const one = await run(
        `INSERT INTO ${name} VALUES (1, 'x', DATE '2026-01-01', 'p 1'), (2, NULL, NULL, 'p/2')`,
      )
      expect([one.updateCount, one.execution.SubstatementType]).toEqual([2, 'INSERT'])
      await run(`INSERT INTO ${name} (p, b, a, d) SELECT 'p 1', 'y', 3, NULL`)
      expect((await run(`SELECT * FROM ${name} ORDER BY a`)).rows).toEqual([
        ['1', 'x', '2026-01-01', 'p 1'],
        ['2', null, null, 'p/2'],
        ['3', 'y', null, 'p 1'],
      ])
      expect((await run(`SHOW PARTITIONS ${name}`)).rows.flat().sort()).toEqual([
        'p=p%201',
        'p=p%2F2',
      ])
    }
  })

  test('refuses rows that do not fit, and writes nothing then', async () => {
    const { run, failure, bucket } = session
    await run(
      `CREATE EXTERNAL TABLE narrow (a int, b string) STORED AS PARQUET LOCATION 's3://${bucket}/narrow/'`,
    )
    expect(await failure("INSERT INTO narrow SELECT 'x', 'y'")).toContain('TYPE_MISMATCH')
    expect(await failure('INSERT INTO narrow SELECT 1')).toContain('TYPE_MISMATCH')
    expect(await failure('INSERT INTO narrow SELECT 1 / 0, NULL')).toContain('DIVISION_BY_ZERO')
    expect(await failure('INSERT INTO nowhere SELECT 1')).toContain('TABLE_NOT_FOUND')
    expect(await keysUnder('narrow/')).toEqual([])
    expect((await run("INSERT INTO narrow SELECT 1, 'x' WHERE false")).updateCount).toBe(0)
  })
})

describe('UNLOAD', () => {
  test('writes a query into an empty prefix, and nowhere else', async () => {
    const { run, bucket, failure, object } = session
    const sql = `UNLOAD (SELECT 1 AS a, ARRAY['x'] AS b) TO 's3://${bucket}/unloaded/' WITH (format = 'JSON', compression = 'NONE')`
    const { updateCount } = await run(sql)
    expect(updateCount).toBe(1)
    const [key] = await keysUnder('unloaded/')
    expect((await object(`s3://${bucket}/${key}`)).toString()).toBe('{"a":1,"b":["x"]}\n')
    expect(await failure(sql)).toContain('HIVE_PATH_ALREADY_EXISTS')
  })
})
