import { beforeEach, expect, test } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { silentServiceEvents } from '../../base/service-events.ts'
import type { GlueCatalog } from './catalog-store.ts'
import { createCatalog } from './catalog-store.ts'
import { compileFilter } from './partitions/filter.ts'

const scope = { accountId: '111122223333', region: 'eu-west-1' }
const partitionKeys = [
  { name: 'year', type: 'string' },
  { name: 'day', type: 'int' },
]
const events = { name: 'Events', partitionKeys, parameters: {} }

let catalog: GlueCatalog

beforeEach(async () => {
  catalog = createCatalog({
    meta: createMemoryMeta(),
    clock: createVirtualClock().clock,
    events: silentServiceEvents,
  })
  await catalog.createDatabase(scope, { name: 'Lake' })
})

test('names are kept in lower case and found in any', async () => {
  await catalog.createTable(scope, 'LAKE', events)
  expect((await catalog.database(scope, 'lAKE')).name).toBe('lake')
  expect((await catalog.table(scope, 'lake', 'EVENTS')).name).toBe('events')
})

test('what is absent or twice there is refused in the words of AWS', async () => {
  await catalog.createTable(scope, 'lake', events)
  await expect(catalog.database(scope, 'x')).rejects.toMatchObject({
    code: 'EntityNotFoundException',
    message: 'Database x not found.',
  })
  await expect(catalog.table(scope, 'lake', 'y')).rejects.toThrow('Table y not found.')
  await expect(catalog.table(scope, 'x', 'y')).rejects.toThrow('Database x not found.')
  await expect(catalog.createDatabase(scope, { name: 'lake' })).rejects.toMatchObject({
    code: 'AlreadyExistsException',
  })
  await expect(catalog.createTable(scope, 'lake', events)).rejects.toThrow('Table already exists.')
})

test('an update keeps the version before, unless it is told not to', async () => {
  await catalog.createTable(scope, 'lake', events)
  await catalog.updateTable(scope, 'lake', { ...events, description: 'second' })
  await catalog.updateTable(
    scope,
    'lake',
    { ...events, description: 'third' },
    { skipArchive: true },
  )
  const versions = await catalog.tableVersions(scope, 'lake', 'events')
  expect(versions.map(({ versionId, description }) => [versionId, description])).toEqual([
    ['2', 'third'],
    ['0', undefined],
  ])
  await expect(
    catalog.updateTable(scope, 'lake', events, { versionId: '1' }),
  ).rejects.toMatchObject({ code: 'ConcurrentModificationException' })
})

test('updates at the same time all take place, each with a version of its own', async () => {
  await catalog.createTable(scope, 'lake', events)
  const updates = Array.from({ length: 8 }, (_, at) =>
    catalog.updateTable(scope, 'lake', { ...events, description: String(at) }),
  )
  await Promise.all(updates)
  expect((await catalog.table(scope, 'lake', 'events')).versionId).toBe('8')
  expect(await catalog.tableVersions(scope, 'lake', 'events')).toHaveLength(9)
})

test('a table that comes again does not have the partitions of the one before', async () => {
  await catalog.createTable(scope, 'lake', events)
  await catalog.createPartitions(scope, 'lake', 'events', [
    { values: ['2020', '1'], parameters: {} },
  ])
  await catalog.removeDatabase(scope, 'lake')
  await catalog.createDatabase(scope, { name: 'lake' })
  await catalog.createTable(scope, 'lake', events)
  expect(await catalog.partitions(scope, 'lake', 'events')).toEqual([])
})

test('partitions page through a filter, and those already there are named', async () => {
  await catalog.createTable(scope, 'lake', events)
  const all = Array.from({ length: 1200 }, (_, at) => ({
    values: [String(2000 + Math.floor(at / 100)), String(at % 100)],
    parameters: {},
  }))
  expect(await catalog.createPartitions(scope, 'lake', 'events', all)).toEqual([])
  expect(await catalog.createPartitions(scope, 'lake', 'events', all.slice(3, 5))).toEqual(
    all.slice(3, 5),
  )
  const filter = compileFilter("year = '2003' AND day >= 90", partitionKeys, 'catalog')
  const first = await catalog.partitionPage(scope, 'lake', 'events', { filter, limit: 7 })
  expect(first.partitions).toHaveLength(7)
  const rest = await catalog.partitionPage(scope, 'lake', 'events', {
    filter,
    limit: 7,
    ...(first.after && { after: first.after }),
  })
  expect(rest.partitions).toHaveLength(3)
  expect(rest.after).toBeUndefined()
})

test('segments share the partitions out without a gap or an overlap', async () => {
  await catalog.createTable(scope, 'lake', events)
  const all = Array.from({ length: 50 }, (_, at) => ({
    values: ['2001', String(at)],
    parameters: {},
  }))
  await catalog.createPartitions(scope, 'lake', 'events', all)
  const pages = await Promise.all(
    [0, 1, 2].map((number) =>
      catalog.partitionPage(scope, 'lake', 'events', { segment: { number, total: 3 }, limit: 100 }),
    ),
  )
  const days = pages.flatMap(({ partitions }) => partitions.map(({ values }) => values[1]))
  expect(days.sort()).toEqual(all.map(({ values }) => values[1]).sort())
})

test('a partition with another count of values than keys is refused', async () => {
  await catalog.createTable(scope, 'lake', events)
  await expect(
    catalog.createPartitions(scope, 'lake', 'events', [{ values: ['2001'], parameters: {} }]),
  ).rejects.toMatchObject({ code: 'InvalidInputException' })
})
