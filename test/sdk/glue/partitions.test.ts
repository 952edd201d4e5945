import {
  BatchCreatePartitionCommand,
  BatchDeletePartitionCommand,
  BatchGetPartitionCommand,
  BatchUpdatePartitionCommand,
  CreateDatabaseCommand,
  CreatePartitionCommand,
  CreateTableCommand,
  DeletePartitionCommand,
  GetPartitionCommand,
  GetPartitionIndexesCommand,
  GetPartitionsCommand,
  GlueClient,
  paginateGetPartitions,
  UpdatePartitionCommand,
} from '@aws-sdk/client-glue'
import { beforeAll, expect, test } from 'vitest'
import { client } from '../../support/client.ts'

const of = { DatabaseName: 'lake', TableName: 'events' }
let glue: GlueClient

beforeAll(async () => {
  glue = client(GlueClient)
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'lake' } }))
  const TableInput = {
    Name: 'events',
    PartitionKeys: [
      { Name: 'year', Type: 'string' },
      { Name: 'day', Type: 'int' },
    ],
  }
  await glue.send(new CreateTableCommand({ DatabaseName: 'lake', TableInput }))
  for (const year of ['2017', '2018', '2019']) {
    const PartitionInputList = Array.from({ length: 100 }, (_, day) => ({
      Values: [year, String(day)],
      StorageDescriptor: {
        Columns: [{ Name: 'id', Type: 'int' }],
        Location: `s3://lake/${year}/${day}/`,
      },
    }))
    await glue.send(new BatchCreatePartitionCommand({ ...of, PartitionInputList }))
  }
})

async function valuesOf(Expression?: string, pageSize = 40) {
  const found: string[] = []
  const pages = paginateGetPartitions(
    { client: glue, pageSize },
    { ...of, ...(Expression && { Expression }) },
  )
  for await (const { Partitions } of pages) {
    found.push(...(Partitions ?? []).map(({ Values }) => (Values ?? []).join('/')))
  }
  return found
}

test('partitions are filtered by expression over all pages', async () => {
  expect(await valuesOf()).toHaveLength(300)
  expect(await valuesOf("year = '2018'")).toHaveLength(100)
  expect(await valuesOf("year > '2017' AND day BETWEEN 97 AND 98")).toEqual([
    '2018/97',
    '2018/98',
    '2019/97',
    '2019/98',
  ])
  expect(await valuesOf("year IN ('2017') AND NOT day < 99")).toEqual(['2017/99'])
})

test('a bad expression is answered in the words of AWS', async () => {
  const get = (Expression: string) => glue.send(new GetPartitionsCommand({ ...of, Expression }))
  await expect(get('month = 1')).rejects.toMatchObject({
    name: 'InvalidInputException',
    message: 'Invalid partition expression!',
  })
  await expect(get("day = 'x'")).rejects.toThrow('"x" is not an integer.')
  await expect(get("day LIKE '1%'")).rejects.toThrow("doesn't support operation 'LIKE'")
})

test('segments cover all partitions once', async () => {
  const segments = await Promise.all(
    [0, 1, 2].map((SegmentNumber) =>
      glue.send(new GetPartitionsCommand({ ...of, Segment: { SegmentNumber, TotalSegments: 3 } })),
    ),
  )
  const all = segments.flatMap(({ Partitions }) => Partitions ?? [])
  expect(new Set(all.map(({ Values }) => Values?.join()))).toHaveProperty('size', all.length)
})

test('columns are left out when they are not wanted', async () => {
  const { Partitions } = await glue.send(
    new GetPartitionsCommand({ ...of, ExcludeColumnSchema: true, MaxResults: 1 }),
  )
  expect(Partitions?.[0]?.StorageDescriptor?.Location).toBe('s3://lake/2017/0/')
  expect(Partitions?.[0]?.StorageDescriptor?.Columns).toBeUndefined()
})

test('one partition is made, read, changed, moved and removed', async () => {
  const PartitionInput = { Values: ['2020', '1'], Parameters: { a: '1' } }
  await glue.send(new CreatePartitionCommand({ ...of, PartitionInput }))
  await expect(
    glue.send(new CreatePartitionCommand({ ...of, PartitionInput })),
  ).rejects.toMatchObject({ name: 'AlreadyExistsException', message: 'Partition already exists.' })
  await expect(
    glue.send(new CreatePartitionCommand({ ...of, PartitionInput: { Values: ['2020'] } })),
  ).rejects.toMatchObject({ name: 'InvalidInputException' })
  await glue.send(
    new UpdatePartitionCommand({
      ...of,
      PartitionValueList: ['2020', '1'],
      PartitionInput: { Values: ['2020', '2'], Parameters: { a: '2' } },
    }),
  )
  const { Partition } = await glue.send(
    new GetPartitionCommand({ ...of, PartitionValues: ['2020', '2'] }),
  )
  expect(Partition).toMatchObject({ Values: ['2020', '2'], Parameters: { a: '2' } })
  await glue.send(new DeletePartitionCommand({ ...of, PartitionValues: ['2020', '2'] }))
  await expect(
    glue.send(new GetPartitionCommand({ ...of, PartitionValues: ['2020', '2'] })),
  ).rejects.toMatchObject({ name: 'EntityNotFoundException', message: 'Cannot find partition.' })
})

test('batches tell of each item that was refused', async () => {
  const created = await glue.send(
    new BatchCreatePartitionCommand({
      ...of,
      PartitionInputList: [{ Values: ['2017', '1'] }, { Values: ['2021', '1'] }],
    }),
  )
  expect(created.Errors).toMatchObject([
    { PartitionValues: ['2017', '1'], ErrorDetail: { ErrorCode: 'AlreadyExistsException' } },
  ])
  const updated = await glue.send(
    new BatchUpdatePartitionCommand({
      ...of,
      Entries: [
        { PartitionValueList: ['2021', '1'], PartitionInput: { Parameters: { b: '1' } } },
        { PartitionValueList: ['2021', '9'], PartitionInput: {} },
      ],
    }),
  )
  expect(updated.Errors).toMatchObject([{ PartitionValueList: ['2021', '9'] }])
  const got = await glue.send(
    new BatchGetPartitionCommand({
      ...of,
      PartitionsToGet: [{ Values: ['2021', '1'] }, { Values: ['2021', '9'] }],
    }),
  )
  expect(got.Partitions).toMatchObject([{ Parameters: { b: '1' } }])
  const removed = await glue.send(
    new BatchDeletePartitionCommand({
      ...of,
      PartitionsToDelete: [{ Values: ['2021', '1'] }, { Values: ['2021', '9'] }],
    }),
  )
  expect(removed.Errors).toMatchObject([{ PartitionValues: ['2021', '9'] }])
})

test('a table has no partition indexes', async () => {
  const { PartitionIndexDescriptorList } = await glue.send(new GetPartitionIndexesCommand(of))
  expect(PartitionIndexDescriptorList).toEqual([])
})
