import {
  GetDatabaseCommand,
  GetDataCatalogCommand,
  GetTableMetadataCommand,
  ListDatabasesCommand,
  ListDataCatalogsCommand,
  ListTableMetadataCommand,
} from '@aws-sdk/client-athena'
import { beforeAll, expect, test } from 'vitest'
import { openAthena } from './athena-session.ts'

let session: Awaited<ReturnType<typeof openAthena>>
const CatalogName = 'AwsDataCatalog'

beforeAll(async () => {
  session = await openAthena()
  const { run, bucket } = session
  await run("CREATE DATABASE shop COMMENT 'the shop' WITH DBPROPERTIES ('a'='b')")
  for (const name of ['orders', 'items', 'item_notes']) {
    await run(
      `CREATE EXTERNAL TABLE shop.${name} (id bigint COMMENT 'c') PARTITIONED BY (dt string)
       STORED AS PARQUET LOCATION 's3://${bucket}/${name}/'`,
    )
  }
})

test('the one catalog is Glue’s', async () => {
  const { athena } = session
  const list = await athena.send(new ListDataCatalogsCommand({}))
  expect(list.DataCatalogsSummary).toEqual([{ CatalogName, Type: 'GLUE' }])
  const got = await athena.send(new GetDataCatalogCommand({ Name: 'awsdatacatalog' }))
  expect(got.DataCatalog?.Name).toBe(CatalogName)
  await expect(athena.send(new GetDataCatalogCommand({ Name: 'hive' }))).rejects.toThrow(
    'DataCatalog hive was not found',
  )
})

test('databases are those of the catalog', async () => {
  const { athena } = session
  const list = await athena.send(new ListDatabasesCommand({ CatalogName, MaxResults: 1 }))
  expect(list.DatabaseList?.map(({ Name }) => Name)).toEqual(['default'])
  const rest = await athena.send(
    new ListDatabasesCommand({ CatalogName, NextToken: list.NextToken }),
  )
  expect(rest.DatabaseList).toEqual([
    { Name: 'shop', Description: 'the shop', Parameters: { a: 'b' } },
  ])
  const get = (DatabaseName: string) =>
    athena.send(new GetDatabaseCommand({ CatalogName, DatabaseName }))
  expect((await get('shop')).Database?.Name).toBe('shop')
  await expect(get('nope')).rejects.toMatchObject({ name: 'MetadataException' })
})

test('tables are given back with their columns and place, by name or by pattern', async () => {
  const { athena, bucket } = session
  const where = { CatalogName, DatabaseName: 'shop' }
  const got = await athena.send(new GetTableMetadataCommand({ ...where, TableName: 'items' }))
  expect(got.TableMetadata).toMatchObject({
    Name: 'items',
    TableType: 'EXTERNAL_TABLE',
    Columns: [{ Name: 'id', Type: 'bigint', Comment: 'c' }],
    PartitionKeys: [{ Name: 'dt', Type: 'string' }],
    Parameters: {
      location: `s3://${bucket}/items/`,
      'serde.serialization.lib': expect.stringContaining('ParquetHiveSerDe'),
    },
  })
  const names = async (Expression?: string) => {
    const list = await athena.send(new ListTableMetadataCommand({ ...where, Expression }))
    return list.TableMetadataList?.map(({ Name }) => Name)
  }
  expect(await names()).toEqual(['item_notes', 'items', 'orders'])
  expect(await names('item*')).toEqual(['item_notes', 'items'])
  await expect(
    athena.send(new GetTableMetadataCommand({ ...where, TableName: 'nope' })),
  ).rejects.toMatchObject({ name: 'MetadataException' })
})
