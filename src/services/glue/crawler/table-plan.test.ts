import { expect, test } from 'vitest'
import type { ObjectSummary } from '../../s3/objects/object-access.ts'
import type { ObjectSchema } from './classify-object.ts'
import { createFolder, fileObjects } from './folder-tree.ts'
import { primitive } from './schema-types.ts'
import { tableName } from './table-definition.ts'
import type { PlanOptions } from './table-plan.ts'
import { contentsOfFiles, planTables } from './table-plan.ts'

const schemas: Readonly<Record<string, ObjectSchema>> = {
  sales: schema('json', 'id:int', 'amount:double', 'day:string'),
  moreSales: schema('json', 'id:bigint', 'amount:double', 'day:string', 'note:string'),
  users: schema('json', 'name:string', 'mail:string', 'age:int'),
  parquet: schema('parquet', 'id:int', 'amount:double', 'day:string'),
}

function schema(classification: 'json' | 'parquet', ...columns: string[]): ObjectSchema {
  const fields = columns.map((column) => {
    const [name = '', type = ''] = column.split(':')
    return { name, type: primitive(type) }
  })
  return { classification, compression: 'none', fields, records: 1 }
}

/** Keys below `lake/` with the name of their schema. */
async function plan(files: Readonly<Record<string, string>>, options: Partial<PlanOptions> = {}) {
  const root = createFolder('lake', 'lake/', 2)
  const objects = Object.keys(files).map((key) => ({ key: `lake/${key}`, sizeBytes: 10 }))
  const stream = (async function* () {
    for (const object of objects) yield object as ObjectSummary
  })()
  await fileObjects(root, stream, { sampleMax: 10, foldersMax: 1000 }, () => false)
  const tables = planTables(
    root,
    (folder) =>
      contentsOfFiles(
        folder.sample.map(({ key }) => ({
          key,
          objectCount: 1,
          sizeBytes: 10,
          schema: schemas[files[key.slice(5)] ?? ''] as ObjectSchema,
        })),
        options.combine ?? false,
      ),
    { combine: false, ...options },
  )
  return tables.map(({ location, partitionKeys, partitions }) => ({
    name: tableName(location, 'bucket', ''),
    keys: partitionKeys.map(({ name }) => name).join(),
    values: partitions.map(({ values }) => values.join('/')),
  }))
}

test('files that are alike are one table named after their folder', async () => {
  expect(await plan({ 'a.json': 'sales', 'b.json': 'sales' })).toEqual([
    { name: 'lake', keys: '', values: [] },
  ])
})

test('folders key=value are partitions by that key, plain ones by their level', async () => {
  const hive = await plan({
    'year=2018/Month=05/a.json': 'sales',
    'year=2018/Month=06/a.json': 'moreSales',
    'year=2019/Month=01/a.json': 'sales',
  })
  expect(hive).toEqual([
    { name: 'lake', keys: 'year,month', values: ['2018/05', '2018/06', '2019/01'] },
  ])
  const plain = await plan({ '2018/05/a.json': 'sales', '2018/06/a.json': 'sales' })
  expect(plain).toEqual([
    { name: 'lake', keys: 'partition_0,partition_1', values: ['2018/05', '2018/06'] },
  ])
})

test('folders that are not alike are tables of their own', async () => {
  const tables = await plan({
    'sales/year=2018/a.json': 'sales',
    'sales/year=2019/a.json': 'sales',
    'Users-1/a.json': 'users',
  })
  expect(tables).toEqual([
    { name: 'sales', keys: 'year', values: ['2018', '2019'] },
    { name: 'users_1', keys: '', values: [] },
  ])
  expect(await plan({ 'raw/a.json': 'sales', 'events/a.parquet': 'parquet' })).toHaveLength(2)
})

test('the majority of alike folders makes the table, the odd one stands apart', async () => {
  const tables = await plan({
    'a/x.json': 'sales',
    'b/x.json': 'sales',
    'c/x.json': 'users',
  })
  expect(tables).toEqual([
    { name: 'lake', keys: 'partition_0', values: ['a', 'b'] },
    { name: 'c', keys: '', values: [] },
  ])
})

test('files in one folder that are not alike are a table each', async () => {
  const tables = await plan({ 'a.json': 'sales', 'b.csv': 'users' })
  expect(tables.map(({ name }) => name)).toEqual(['a_json', 'b_csv'])
  const odd = await plan({ 'a.json': 'sales', 'b.json': 'sales', 'c.json': 'users' })
  expect(odd.map(({ name }) => name)).toEqual(['lake', 'c_json'])
})

test('alike files on two levels are one table without partitions', async () => {
  const tables = await plan({ 'a.json': 'sales', 'old/b.json': 'sales' })
  expect(tables).toEqual([{ name: 'lake', keys: '', values: [] }])
})

test('CombineCompatibleSchemas looks at the format only', async () => {
  const files = { 'a/x.json': 'sales', 'b/x.json': 'users' }
  expect(await plan(files)).toHaveLength(2)
  expect(await plan(files, { combine: true })).toEqual([
    { name: 'lake', keys: 'partition_0', values: ['a', 'b'] },
  ])
})

test('a table level makes tables of the folders of that level', async () => {
  const files = { 'a/1/x.json': 'sales', 'b/1/x.json': 'sales', 'b/2/x.json': 'sales' }
  expect(await plan(files, { tableLevel: 3 })).toEqual([
    { name: 'a', keys: 'partition_0', values: ['1'] },
    { name: 'b', keys: 'partition_0', values: ['1', '2'] },
  ])
})

test('hidden and empty objects are no data', async () => {
  expect(await plan({ _SUCCESS: 'sales', '_tmp/a.json': 'users', '.x': 'users' })).toEqual([])
})
