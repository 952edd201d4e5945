import { gzipSync } from 'node:zlib'
import { beforeEach, expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createMemoryObjects } from '../../../../test/support/memory-objects.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { silentServiceEvents } from '../../../base/service-events.ts'
import { nodeDisk } from '../../../engines/node-disk.ts'
import type { GlueCatalog } from '../catalog-store.ts'
import { createCatalog } from '../catalog-store.ts'
import { crawl } from './crawl.ts'
import { createCrawlJournal } from './crawl-report.ts'
import type { Crawler } from './crawlers.ts'

const scope = { accountId: '111122223333', region: 'eu-west-1' }
let catalog: GlueCatalog
let objects: ReturnType<typeof createMemoryObjects>

const crawler: Crawler = {
  name: 'lake-crawler',
  role: 'crawler',
  targets: [{ path: 's3://lake/events/', exclusions: [] }],
  database: 'lake',
  classifiers: [],
  tablePrefix: '',
  update: 'UPDATE_IN_DATABASE',
  remove: 'DEPRECATE_IN_DATABASE',
  recrawl: 'CRAWL_EVERYTHING',
  version: 1,
  createdMs: 0,
  updatedMs: 0,
  state: 'RUNNING',
  scheduleState: 'NOT_SCHEDULED',
}

beforeEach(async () => {
  const { clock } = createVirtualClock()
  catalog = createCatalog({ meta: createMemoryMeta(), clock, events: silentServiceEvents })
  objects = createMemoryObjects(clock)
  await catalog.createDatabase(scope, { name: 'lake' })
})

async function run(changes: Partial<Crawler> = {}) {
  const journal = createCrawlJournal('crawl-1')
  const request = { scope, crawler: { ...crawler, ...changes }, classifiers: [], journal, nowMs: 5 }
  await crawl({ catalog, objects, disk: nodeDisk }, { ...request, shouldStop: async () => false })
  return journal.report()
}

const put = (key: string, body: string | Uint8Array) =>
  objects.put(scope, { bucket: 'lake', key, body: Buffer.from(body) })

const none = { created: 0, updated: 0, deleted: 0 }

test('the tables of a crawl are described as the Glue API shows them', async () => {
  await put('events/year=2018/a.json.gz', gzipSync('{"Id": 1, "tags": ["x"]}\n{"Id": 2}\n'))
  await put('events/year=2019/a.json.gz', gzipSync('{"Id": 3000000000, "tags": []}\n'))
  expect(await run()).toEqual({
    tables: { ...none, created: 1 },
    partitions: { ...none, created: 2 },
  })
  const table = await catalog.table(scope, 'lake', 'events')
  expect(table).toMatchObject({
    tableType: 'EXTERNAL_TABLE',
    partitionKeys: [{ name: 'year', type: 'string' }],
    parameters: {
      classification: 'json',
      compressionType: 'gzip',
      typeOfData: 'file',
      recordCount: '3',
      objectCount: '2',
      UPDATED_BY_CRAWLER: 'lake-crawler',
    },
    storage: {
      location: 's3://lake/events/',
      compressed: true,
      columns: [
        { name: 'id', type: 'bigint' },
        { name: 'tags', type: 'array<string>' },
      ],
      serde: { library: 'org.openx.data.jsonserde.JsonSerDe', parameters: { paths: 'Id,tags' } },
    },
  })
  const [first] = await catalog.partitions(scope, 'lake', 'events')
  expect(first).toMatchObject({
    values: ['2018'],
    storage: { location: 's3://lake/events/year=2018/', columns: [{ type: 'int' }, {}] },
  })
})

test('a second crawl of the same data changes nothing, one of more data the counts', async () => {
  await put('events/day=1/a.csv', 'id,name\n1,Ann\n2,Bob\n')
  await run()
  const before = await catalog.table(scope, 'lake', 'events')
  expect(await run()).toEqual({ tables: none, partitions: none })
  expect(await catalog.table(scope, 'lake', 'events')).toEqual(before)
  await put('events/day=2/a.csv', 'id,name\n3,Cid\n')
  expect(await run()).toEqual({
    tables: { ...none, updated: 1 },
    partitions: { ...none, created: 1 },
  })
  expect((await catalog.table(scope, 'lake', 'events')).parameters['recordCount']).toBe('3')
})

test('with LOG a table stays as it is, new partitions are added all the same', async () => {
  await put('events/day=1/a.json', '{"a": 1}')
  await run({ update: 'LOG' })
  await put('events/day=1/b.json', '{"a": 1, "b": 2}')
  await put('events/day=2/a.json', '{"a": 1, "b": 2}')
  const options = JSON.stringify({ Grouping: { TableGroupingPolicy: 'CombineCompatibleSchemas' } })
  expect(await run({ update: 'LOG', configuration: options })).toEqual({
    tables: none,
    partitions: { ...none, created: 1 },
  })
  expect((await catalog.table(scope, 'lake', 'events')).storage?.columns).toHaveLength(1)
})

test('what has gone is deprecated, deleted or logged', async () => {
  await put('events/day=1/a.json', '{"a": 1}')
  await put('events/day=2/a.json', '{"a": 1}')
  await run()
  await objects.remove(scope, 'lake', 'events/day=2/a.json')
  expect((await run({ remove: 'LOG' })).partitions).toEqual(none)
  expect((await run()).partitions).toEqual({ ...none, updated: 1 })
  expect((await run()).partitions).toEqual(none)
  expect((await run({ remove: 'DELETE_FROM_DATABASE' })).partitions.deleted).toBe(1)
  await objects.remove(scope, 'lake', 'events/day=1/a.json')
  await run()
  const table = await catalog.table(scope, 'lake', 'events')
  expect(table.parameters['DEPRECATED_BY_CRAWLER']).toBe('5')
  await put('events/day=1/a.json', '{"a": 1}')
  await run()
  const again = await catalog.table(scope, 'lake', 'events')
  expect(again.parameters['DEPRECATED_BY_CRAWLER']).toBeUndefined()
})

test('a crawl for new folders reads no folder twice', async () => {
  const changes = { update: 'LOG', remove: 'LOG', recrawl: 'CRAWL_NEW_FOLDERS_ONLY' } as const
  await put('events/day=1/a.json', '{"a": 1}')
  await run(changes)
  await put('events/day=1/b.json', 'this is no JSON any more')
  await put('events/day=2/a.json', '{"a": 1}')
  expect(await run(changes)).toEqual({ tables: none, partitions: { ...none, created: 1 } })
})

test('partitions take the schema of their table when they are told to', async () => {
  await put('events/day=1/a.json', '{"a": 1, "b": 1, "c": 1}')
  await put('events/day=2/a.json', '{"a": 5000000000, "b": 1, "c": 1}')
  const configuration = JSON.stringify({
    Version: 1,
    CrawlerOutput: { Partitions: { AddOrUpdateBehavior: 'InheritFromTable' } },
  })
  await run({ configuration })
  const [first] = await catalog.partitions(scope, 'lake', 'events')
  expect(first?.storage?.columns[0]).toEqual({ name: 'a', type: 'bigint' })
})

test('exclusions, a table prefix and a taken name are heeded', async () => {
  await catalog.createTable(scope, 'lake', { name: 'p_events', partitionKeys: [], parameters: {} })
  await put('events/a.json', '{"a": 1}')
  await put('events/skip/b.csv', 'x,y\n1,2\n')
  await run({
    tablePrefix: 'p_',
    targets: [{ path: 's3://lake/events', exclusions: ['skip/**'] }],
  })
  const names = (await catalog.tables(scope, 'lake')).map(({ name }) => name)
  expect(names).toHaveLength(2)
  expect(names[1]).toMatch(/^p_events_[0-9a-f]{32}$/)
})

test('too many tables fail the crawl before any is made', async () => {
  await put('events/a/x.json', '{"a": 1}')
  await put('events/b/x.json', '{"b": 1}')
  const configuration = JSON.stringify({ CrawlerOutput: { Tables: { TableThreshold: 1 } } })
  await expect(run({ configuration })).rejects.toThrow('greater than the table threshold')
  expect(await catalog.tables(scope, 'lake')).toEqual([])
})

test('an unknown option of the configuration is refused by name', async () => {
  await expect(run({ configuration: '{"Grouping": {"Magic": 1}}' })).rejects.toThrow(
    'The crawler configuration Grouping.Magic is not supported by Headrace yet',
  )
})
