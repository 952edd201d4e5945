import {
  BatchDeleteTableCommand,
  BatchDeleteTableVersionCommand,
  CreateDatabaseCommand,
  CreateTableCommand,
  DeleteDatabaseCommand,
  DeleteTableCommand,
  DeleteTableVersionCommand,
  GetCatalogImportStatusCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetTableCommand,
  GetTablesCommand,
  GetTableVersionCommand,
  GetTableVersionsCommand,
  GetTagsCommand,
  GlueClient,
  paginateGetTables,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateDatabaseCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue'
import { beforeAll, expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'

let glue: GlueClient

beforeAll(async () => {
  glue = client(GlueClient)
  await glue.send(
    new CreateDatabaseCommand({
      DatabaseInput: { Name: 'Lake', Description: 'raw' },
      Tags: { a: '1' },
    }),
  )
})

const events = {
  Name: 'Events',
  TableType: 'EXTERNAL_TABLE',
  Parameters: { classification: 'json' },
  PartitionKeys: [{ Name: 'year', Type: 'string' }],
  StorageDescriptor: {
    Columns: [{ Name: 'id', Type: 'bigint', Comment: 'key' }],
    Location: 's3://lake/events/',
    SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
    SortColumns: [{ Column: 'id', SortOrder: 1 }],
  },
}

test('a database is kept under its lower-case name and given back whole', async () => {
  const { Database } = await glue.send(new GetDatabaseCommand({ Name: 'LAKE' }))
  expect(Database).toMatchObject({
    Name: 'lake',
    Description: 'raw',
    CatalogId: fileAccount(),
    CreateTime: expect.any(Date),
  })
  await glue.send(
    new UpdateDatabaseCommand({
      Name: 'lake',
      DatabaseInput: { Name: 'lake', Description: 'changed', LocationUri: 's3://lake/' },
    }),
  )
  const { DatabaseList } = await glue.send(new GetDatabasesCommand({}))
  expect(DatabaseList).toMatchObject([{ Description: 'changed', LocationUri: 's3://lake/' }])
})

test('a table comes back as it was given, with the defaults of AWS', async () => {
  await glue.send(new CreateTableCommand({ DatabaseName: 'lake', TableInput: events }))
  const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'lake', Name: 'events' }))
  expect(Table).toMatchObject({
    ...events,
    Name: 'events',
    DatabaseName: 'lake',
    VersionId: '0',
    Retention: 0,
    StorageDescriptor: { ...events.StorageDescriptor, Compressed: false, NumberOfBuckets: 0 },
  })
  await expect(
    glue.send(new CreateTableCommand({ DatabaseName: 'lake', TableInput: events })),
  ).rejects.toMatchObject({ name: 'AlreadyExistsException' })
})

test('what is not there is refused with EntityNotFoundException', async () => {
  const missing = { name: 'EntityNotFoundException' }
  await expect(glue.send(new GetDatabaseCommand({ Name: 'x' }))).rejects.toMatchObject({
    ...missing,
    message: 'Database x not found.',
  })
  await expect(
    glue.send(new GetTableCommand({ DatabaseName: 'lake', Name: 'y' })),
  ).rejects.toMatchObject({ ...missing, message: 'Table y not found.' })
  await expect(
    glue.send(new DeleteTableCommand({ DatabaseName: 'lake', Name: 'y' })),
  ).rejects.toMatchObject(missing)
})

test('a member that cannot be honoured is refused by name', async () => {
  await expect(
    glue.send(
      new CreateTableCommand({
        DatabaseName: 'lake',
        TableInput: { Name: 't' },
        PartitionIndexes: [{ IndexName: 'i', Keys: ['year'] }],
      }),
    ),
  ).rejects.toThrow('PartitionIndexes')
  await expect(
    glue.send(
      new CreateTableCommand({
        DatabaseName: 'lake',
        TableInput: { Name: 't', TargetTable: { Name: 'other', DatabaseName: 'lake' } },
      }),
    ),
  ).rejects.toThrow('TargetTable')
})

test('versions of a table are kept, listed newest first, and removed', async () => {
  await glue.send(new CreateTableCommand({ DatabaseName: 'lake', TableInput: { Name: 'v' } }))
  for (const Description of ['one', 'two', 'three']) {
    const TableInput = { Name: 'v', Description }
    await glue.send(new UpdateTableCommand({ DatabaseName: 'lake', TableInput }))
  }
  const of = { DatabaseName: 'lake', TableName: 'v' }
  const listed = await glue.send(new GetTableVersionsCommand({ ...of, MaxResults: 3 }))
  expect(listed.TableVersions?.map(({ VersionId }) => VersionId)).toEqual(['3', '2', '1'])
  const rest = await glue.send(
    new GetTableVersionsCommand({
      ...of,
      ...(listed.NextToken && { NextToken: listed.NextToken }),
    }),
  )
  expect(rest.TableVersions?.map(({ VersionId }) => VersionId)).toEqual(['0'])
  const old = await glue.send(new GetTableVersionCommand({ ...of, VersionId: '1' }))
  expect(old.TableVersion?.Table?.Description).toBe('one')
  await glue.send(new DeleteTableVersionCommand({ ...of, VersionId: '0' }))
  const { Errors } = await glue.send(
    new BatchDeleteTableVersionCommand({ ...of, VersionIds: ['1', '0'] }),
  )
  expect(Errors).toMatchObject([
    { VersionId: '0', ErrorDetail: { ErrorCode: 'EntityNotFoundException' } },
  ])
})

test('tables are listed in pages and by pattern', async () => {
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'many' } }))
  for (const Name of ['clicks_raw', 'clicks_clean', 'users', 'orders', 'old_orders']) {
    await glue.send(new CreateTableCommand({ DatabaseName: 'many', TableInput: { Name } }))
  }
  const names = async (Expression?: string) => {
    const found: (string | undefined)[] = []
    const pages = paginateGetTables(
      { client: glue, pageSize: 2 },
      { DatabaseName: 'many', ...(Expression && { Expression }) },
    )
    for await (const { TableList } of pages)
      found.push(...(TableList ?? []).map(({ Name }) => Name))
    return found
  }
  expect(await names()).toEqual(['clicks_clean', 'clicks_raw', 'old_orders', 'orders', 'users'])
  expect(await names('clicks.*')).toEqual(['clicks_clean', 'clicks_raw'])
  expect(await names('*orders*')).toEqual(['old_orders', 'orders'])
  await expect(names('(a+)+$')).rejects.toMatchObject({ name: 'InvalidInputException' })
  await expect(
    glue.send(new GetTablesCommand({ DatabaseName: 'many', NextToken: 'nonsense' })),
  ).rejects.toMatchObject({ name: 'InvalidInputException' })
  const { Errors } = await glue.send(
    new BatchDeleteTableCommand({ DatabaseName: 'many', TablesToDelete: ['users', 'nobody'] }),
  )
  expect(Errors).toMatchObject([{ TableName: 'nobody' }])
  await glue.send(new DeleteTableCommand({ DatabaseName: 'many', Name: 'orders' }))
  await glue.send(new DeleteDatabaseCommand({ Name: 'many' }))
  await expect(names()).rejects.toMatchObject({ name: 'EntityNotFoundException' })
})

test('tags are set, read and taken away', async () => {
  const ResourceArn = `arn:aws:glue:us-east-1:${fileAccount()}:database/lake`
  await glue.send(new TagResourceCommand({ ResourceArn, TagsToAdd: { b: '2' } }))
  await glue.send(new UntagResourceCommand({ ResourceArn, TagsToRemove: ['a'] }))
  expect((await glue.send(new GetTagsCommand({ ResourceArn }))).Tags).toEqual({ b: '2' })
})

test('there is no older catalog to import', async () => {
  const { ImportStatus } = await glue.send(new GetCatalogImportStatusCommand({}))
  expect(ImportStatus?.ImportCompleted).toBe(true)
})
