import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestQuery } from '../../../test/support/duckdb.ts'
import { systemRandom } from '../../base/random.ts'
import { openNodeScratch } from '../../engines/node-scratch.ts'
import type { QueryEngine } from '../../engines/query/port.ts'
import type { ScratchSpace } from '../../engines/scratch.ts'
import type { CatalogTable, Column } from '../glue/catalog.ts'
import type { FormatConversion, JsonDeserializer } from './destination.ts'
import { convertToParquet } from './parquet-conversion.ts'

const openx: JsonDeserializer = {
  kind: 'openx',
  caseInsensitive: true,
  dotsToUnderscores: false,
  keyOfColumn: {},
}

describe('record format conversion', () => {
  let query: QueryEngine
  let scratch: ScratchSpace
  const directory = mkdtempSync(join(tmpdir(), 'headrace-convert-'))

  beforeAll(async () => {
    query = openTestQuery()
    scratch = await openNodeScratch(directory, systemRandom)
  })
  afterAll(() => query.close())

  async function convert(
    records: ReadonlyArray<string | Uint8Array>,
    columns: ReadonlyArray<Column>,
    deserializer = openx,
  ) {
    const table = { database: 'd', name: 't', storage: { columns } } as unknown as CatalogTable
    const conversion: FormatConversion = {
      database: 'd',
      table: 't',
      deserializer,
      compression: 'SNAPPY',
      writerVersion: 'V1',
    }
    const data = records.map((one) => (typeof one === 'string' ? Buffer.from(one) : one))
    return convertToParquet({ query, scratch }, data, table, conversion, async (converted) => {
      if (converted.path === undefined) return { ...converted, rows: [], types: [] }
      const session = await query.open({ paths: [{ path: converted.path }] })
      const read = await session.execute(`SELECT * FROM read_parquet('${converted.path}')`)
      await session.close()
      return { ...converted, rows: read.rows, types: read.columns.map(({ type }) => type) }
    })
  }

  test('every Hive type arrives as the type of its column', async () => {
    const { rows, rejected } = await convert(
      [
        '{"id": 9007199254740993, "n": 7, "x": 1.5, "ok": true, "s": "é\\n", "d": "2018-05-01", "at": "2018-05-01 00:01:02.5", "m": "12.34", "tags": ["a","b"], "who": {"name":"x","age":3}}',
      ],
      [
        { name: 'id', type: 'bigint' },
        { name: 'n', type: 'int' },
        { name: 'x', type: 'double' },
        { name: 'ok', type: 'boolean' },
        { name: 's', type: 'string' },
        { name: 'd', type: 'date' },
        { name: 'at', type: 'timestamp' },
        { name: 'm', type: 'decimal(10,2)' },
        { name: 'tags', type: 'array<string>' },
        { name: 'who', type: 'struct<name:string,age:int>' },
      ],
    )
    expect(rejected).toEqual([])
    expect(rows).toEqual([
      [
        '9007199254740993',
        7,
        1.5,
        true,
        'é\n',
        '2018-05-01',
        expect.stringContaining('2018-05-01 00:01:02.5'),
        '12.34',
        ['a', 'b'],
        { name: 'x', age: 3 },
      ],
    ])
  })

  test('a record that does not fit is named with its reason, and the others are kept in order', async () => {
    const { rows, rejected, rowCount } = await convert(
      [
        '{"id": 1}',
        'no json',
        '{"id": "many"}',
        '[1]',
        '{"id": 2.5}',
        Buffer.from([0xff, 0xfe]),
        '',
        '{"id": 3',
        '{"ID": 2, "other": {"x": 1}}',
        '{\n  "id": 3\n}\n',
        '{"id": null}',
      ],
      [{ name: 'id', type: 'bigint' }],
    )
    expect(rows).toEqual([['1'], ['2'], ['3'], [null]])
    expect(rowCount).toBe(4)
    expect(rejected.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(rejected[1]?.message).toContain('Column id cannot be read as BIGINT: many')
    expect(rejected[0]?.message).toBe('The record is not valid JSON.')
    expect(rejected[2]?.message).toBe('The record is not a JSON object.')
  })

  test('keys are matched as the deserializer is configured', async () => {
    const columns = [
      { name: 'user_id', type: 'string' },
      { name: 'ts', type: 'string' },
    ]
    const record = ['{"User.Id": "u", "timestamp": "t", "user_id": "exact"}']
    expect((await convert(record, columns)).rows).toEqual([['exact', null]])
    const mapped = {
      ...openx,
      caseInsensitive: false,
      dotsToUnderscores: true,
      keyOfColumn: { ts: 'timestamp', user_id: 'User.Id' },
    }
    expect((await convert(record, columns, mapped)).rows).toEqual([['u', 't']])
  })

  test('no file comes out when no record fits', async () => {
    const converted = await convert(['x', 'y'], [{ name: 'id', type: 'bigint' }])
    expect(converted.path).toBeUndefined()
    expect(converted.rejected.length).toBe(2)
  })

  test('nothing is left behind in the scratch directory', () => {
    expect(readdirSync(directory)).toEqual([])
  })
})
