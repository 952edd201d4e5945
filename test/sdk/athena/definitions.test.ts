import { beforeAll, describe, expect, test } from 'vitest'
import { openAthena } from './athena-session.ts'

let session: Awaited<ReturnType<typeof openAthena>>

beforeAll(async () => {
  session = await openAthena()
})

const lines = async (sql: string) => (await session.run(sql)).rows.map(([line]) => line)

describe('databases', () => {
  test('are made, shown and dropped; default is always there', async () => {
    const { run, failure } = session
    await run("CREATE DATABASE Shop COMMENT 'c'")
    await run('CREATE SCHEMA IF NOT EXISTS shop')
    expect(await failure('CREATE DATABASE shop')).toContain('AlreadyExistsException')
    expect(await lines('SHOW DATABASES')).toEqual(['default', 'shop'])
    expect(await lines("SHOW DATABASES LIKE 's*|x'")).toEqual(['shop'])
    await run(`CREATE EXTERNAL TABLE shop.t (a int) LOCATION 's3://${session.bucket}/t/'`)
    expect(await failure('DROP DATABASE shop')).toContain('is not empty')
    await run('DROP DATABASE shop CASCADE')
    expect(await failure('DROP DATABASE shop')).toContain('Database does not exist: shop')
    await run('DROP DATABASE IF EXISTS shop')
  })
})

describe('tables', () => {
  test('are described and shown as they were made', async () => {
    const { run, bucket } = session
    const create = `CREATE EXTERNAL TABLE shown (id bigint COMMENT 'the id', tags array<struct<k:string,v:int>>)
      COMMENT 'it is' PARTITIONED BY (dt string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
      WITH SERDEPROPERTIES ('mapping.id'='ID') LOCATION 's3://${bucket}/shown/' TBLPROPERTIES ('x'='y')`
    const made = await run(create)
    expect(made.execution).toMatchObject({ StatementType: 'DDL', SubstatementType: 'CREATE_TABLE' })
    expect(made.rows).toEqual([])
    expect(await lines('DESCRIBE shown')).toEqual([
      'id                  \tbigint              \tthe id              ',
      'tags                \tarray<struct<k:string,v:int>>\t                    ',
      'dt                  \tstring              \t                    ',
      '\t \t ',
      '# Partition Information\t \t ',
      '# col_name          \tdata_type           \tcomment             ',
      '\t \t ',
      'dt                  \tstring              \t                    ',
    ])
    expect(await lines('SHOW COLUMNS IN shown')).toEqual([
      'id                  ',
      'tags                ',
      'dt                  ',
    ])
    expect(await lines("SHOW TBLPROPERTIES shown('x')")).toEqual(['y'])
    const shown = (await lines('SHOW CREATE TABLE shown')).join('\n')
    await run('DROP TABLE shown')
    await run(shown)
    expect((await lines('SHOW CREATE TABLE shown')).join('\n')).toBe(shown)
  })

  test('a DDL writes its lines to <id>.txt, and a failed one its reason', async () => {
    const { id, execution, columns } = await session.run('SHOW DATABASES')
    expect(execution.StatementType).toBe('UTILITY')
    expect(columns.map(({ Name, Type }) => [Name, Type])).toEqual([['database_name', 'string']])
    const location = `${session.output}${id}.txt`
    expect(execution.ResultConfiguration?.OutputLocation).toBe(location)
    expect((await session.object(location)).toString()).toBe('default')
    const failed = await session.ended(await session.start('DROP TABLE nope'))
    const text = await session.object(failed.ResultConfiguration?.OutputLocation ?? '')
    expect(text.toString()).toBe(failed.Status?.StateChangeReason)
    expect(text.toString()).toMatch(/^FAILED: /)
  })

  test('are refused twice, without a database, and without a place', async () => {
    const { run, failure, start, bucket } = session
    const create = `CREATE EXTERNAL TABLE once (a int) LOCATION 's3://${bucket}/once/'`
    await run(create)
    expect(await failure(create)).toContain('Table once already exists.')
    await run(create.replace('TABLE', 'TABLE IF NOT EXISTS'))
    expect(await failure(create.replace('once', 'nodb.once'))).toContain(
      'Database does not exist: nodb',
    )
    await expect(start('CREATE EXTERNAL TABLE t (a int)')).rejects.toThrow(
      'No location was specified',
    )
    await expect(start("CREATE EXTERNAL TABLE t (a int) LOCATION '/tmp/x'")).rejects.toThrow(
      'S3 location',
    )
  })
})

describe('partitions', () => {
  test('are added, moved, renamed, found and dropped', async () => {
    const { run, failure, bucket, put } = session
    await run(
      `CREATE EXTERNAL TABLE parts (a int) PARTITIONED BY (dt string, hr int)
       ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://${bucket}/parts/'`,
    )
    await put('parts/dt=1/hr=1/a.csv', '1\n')
    await put('parts/dt=1/hr=2/a.csv', '2\n')
    await put('elsewhere/a.csv', '3\n')
    await put('parts/not-a-partition/a.csv', '4\n')
    await run("ALTER TABLE parts ADD PARTITION (dt='1', hr=1)")
    expect(await failure("ALTER TABLE parts ADD PARTITION (dt='1', hr=1)")).toContain(
      'already exists',
    )
    const found = await lines('MSCK REPAIR TABLE parts')
    expect(found).toContain('Repair: Added partition to metastore parts:dt=1/hr=2')
    await run(`ALTER TABLE parts ADD PARTITION (dt='2', hr=1) LOCATION 's3://${bucket}/elsewhere'`)
    await run("ALTER TABLE parts PARTITION (dt='2', hr=1) RENAME TO PARTITION (dt='3', hr=1)")
    expect(await lines('SHOW PARTITIONS parts')).toEqual(['dt=1/hr=1', 'dt=1/hr=2', 'dt=3/hr=1'])
    expect((await run('SELECT a, dt FROM parts ORDER BY a')).rows).toEqual([
      ['1', '1'],
      ['2', '1'],
      ['3', '3'],
    ])
    await run(`ALTER TABLE parts PARTITION (dt='3', hr=1) SET LOCATION 's3://${bucket}/nothing/'`)
    await run("ALTER TABLE parts DROP PARTITION (dt='1')")
    expect((await run('SELECT count(*) FROM parts')).rows).toEqual([['0']])
    expect(await failure("ALTER TABLE parts DROP PARTITION (dt='1')")).toContain(
      'Partition not found',
    )
    await run("ALTER TABLE parts DROP IF EXISTS PARTITION (dt='1')")
    expect(await failure("ALTER TABLE parts ADD PARTITION (nope='1')")).toContain(
      'Unexpected partition key',
    )
    await run(`ALTER TABLE parts SET LOCATION 's3://${bucket}/elsewhere/'`)
    expect(await failure('SHOW PARTITIONS once')).toContain('not a partitioned table')
  })
})

describe('views', () => {
  test('stand on tables and other views, and are replaced only when asked to', async () => {
    const { run, failure } = session
    await run('CREATE VIEW numbers AS SELECT x, x * 2 AS twice FROM UNNEST(sequence(1, 3)) AS t(x)')
    await run('CREATE VIEW "Sums" AS SELECT sum(twice) AS total, count(*) FROM numbers')
    expect((await run('SELECT * FROM sums')).header).toEqual(['total', '_col1'])
    expect((await run('SELECT total FROM sums')).rows).toEqual([['12']])
    expect(await lines('SHOW VIEWS')).toEqual(['numbers', 'sums'])
    expect(await lines('SHOW CREATE VIEW sums')).toContain(
      'SELECT sum(twice) AS total, count(*) FROM numbers',
    )
    expect(await failure('CREATE VIEW numbers AS SELECT 1 AS x')).toContain('View already exists')
    await run('CREATE OR REPLACE VIEW numbers AS SELECT 5 AS twice')
    expect((await run('SELECT total FROM sums')).rows).toEqual([['5']])
    expect(await failure('CREATE VIEW bad AS SELECT nope FROM numbers')).toContain(
      'COLUMN_NOT_FOUND',
    )
    expect(await failure('INSERT INTO numbers SELECT 1')).toContain('Inserting into views')
    expect(await failure('DROP TABLE numbers')).toContain('DROP VIEW')
    await run('DROP VIEW numbers')
    expect(await failure('SELECT * FROM sums')).toContain('TABLE_NOT_FOUND')
  })
})
