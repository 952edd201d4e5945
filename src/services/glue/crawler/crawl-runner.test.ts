import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createMemoryObjects } from '../../../../test/support/memory-objects.ts'
import { systemClock } from '../../../base/clock.ts'
import { silentLogger } from '../../../base/logger.ts'
import { silentMetrics } from '../../../base/metrics.ts'
import { systemRandom } from '../../../base/random.ts'
import { silentServiceEvents } from '../../../base/service-events.ts'
import { createBackground } from '../../../engines/meta/background.ts'
import { createLeases } from '../../../engines/meta/leases.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { nodeDisk } from '../../../engines/node-disk.ts'
import type { ObjectAccess } from '../../s3/objects/object-access.ts'
import { createCatalog } from '../catalog-store.ts'
import { createClassifiers } from './classifiers.ts'
import { createCrawlRunner } from './crawl-runner.ts'
import { createCrawlers } from './crawlers.ts'

const scope = { accountId: '111122223333', region: 'eu-west-1' }
const clock = systemClock

async function node(meta: MetaStore, store: Partial<ObjectAccess> = {}) {
  const random = systemRandom
  const objects = { ...createMemoryObjects(clock), ...store }
  await objects.put(scope, { bucket: 'b', key: 'data/a.json', body: Buffer.from('{"a": 1}') })
  const log = silentLogger
  const leases = createLeases({ meta, clock, owner: random.uuid(), log })
  const background = createBackground({ leases, clock, random, log, metrics: silentMetrics })
  const catalog = createCatalog({ meta, clock, events: silentServiceEvents })
  const crawlers = createCrawlers({
    events: silentServiceEvents,
    ...{ meta, clock, random },
    onStart: (...crawl) => runner.launch(...crawl),
  })
  const ends: string[] = []
  const lines: string[] = []
  const runner = createCrawlRunner({
    ...{ catalog, objects, crawlers, background, clock, log, disk: nodeDisk },
    classifiers: createClassifiers({ meta, clock }),
    logs: {
      append: async (_scope, _target, events) => {
        lines.push(...events.map(({ message }) => message))
      },
    },
    onEnd: async (_scope, _crawler, state) => void ends.push(state),
  })
  return { catalog, crawlers, runner, ends, lines }
}

async function define({ catalog, crawlers }: Awaited<ReturnType<typeof node>>) {
  await catalog.createDatabase(scope, { name: 'lake' })
  await crawlers.create(scope, {
    name: 'c',
    role: 'r',
    targets: [{ path: 's3://b/data/', exclusions: [] }],
    database: 'lake',
    classifiers: [],
    tablePrefix: '',
    update: 'LOG',
    remove: 'LOG',
    recrawl: 'CRAWL_EVERYTHING',
  })
}

const never = () => new Promise<never>(() => undefined)

test('a crawl that a restart interrupted is done again and comes to its end', async () => {
  const meta = createMemoryMeta()
  const before = await node(meta, { bucketExists: never })
  await define(before)
  void before.runner.start(new AbortController().signal)
  await before.crawlers.start(scope, 'c')
  await expect(before.crawlers.start(scope, 'c')).rejects.toMatchObject({
    code: 'CrawlerRunningException',
  })

  const server = await node(meta)
  const stop = new AbortController()
  const serving = server.runner.start(stop.signal)
  await expect.poll(async () => (await server.crawlers.get(scope, 'c')).state).toBe('READY')
  expect((await server.crawlers.get(scope, 'c')).lastCrawl).toMatchObject({
    state: 'COMPLETED',
    report: { tables: { created: 1 } },
  })
  expect(server.ends).toEqual(['SUCCEEDED'])
  expect(server.lines.at(-1)).toContain('Crawler has finished running and is in state READY')
  stop.abort()
  await serving
})

test('a crawl is stopped between two objects', async () => {
  const meta = createMemoryMeta()
  let go: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const server = await node(meta, {
    bucketExists: async () => {
      await gate
      return true
    },
  })
  await define(server)
  const stop = new AbortController()
  const serving = server.runner.start(stop.signal)
  await server.crawlers.start(scope, 'c')
  await server.crawlers.stop(scope, 'c')
  expect((await server.crawlers.get(scope, 'c')).state).toBe('STOPPING')
  await expect(server.crawlers.stop(scope, 'c')).rejects.toMatchObject({
    code: 'CrawlerStoppingException',
  })
  go()
  await expect.poll(async () => (await server.crawlers.get(scope, 'c')).state).toBe('READY')
  expect((await server.crawlers.get(scope, 'c')).lastCrawl?.state).toBe('STOPPED')
  expect(await server.catalog.tables(scope, 'lake')).toEqual([])
  stop.abort()
  await serving
})

test('a failing store fails the crawl with its reason, and the crawler is ready again', async () => {
  const server = await node(createMemoryMeta(), { bucketExists: async () => false })
  await define(server)
  const stop = new AbortController()
  const serving = server.runner.start(stop.signal)
  await server.crawlers.start(scope, 'c')
  await expect.poll(async () => (await server.crawlers.get(scope, 'c')).state).toBe('READY')
  const [crawl] = await server.crawlers.crawls(scope, 'c')
  expect(crawl).toMatchObject({ state: 'FAILED', error: 'The specified bucket does not exist: b' })
  stop.abort()
  await serving
})
