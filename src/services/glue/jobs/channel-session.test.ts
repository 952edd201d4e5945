import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { beforeEach, expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createMemoryObjects } from '../../../../test/support/memory-objects.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { EngineError } from '../../../base/errors.ts'
import { silentLogger } from '../../../base/logger.ts'
import { createSeededRandom } from '../../../base/random.ts'
import { silentServiceEvents } from '../../../base/service-events.ts'
import type { RunningJob } from '../../../engines/compute/port.ts'
import { openNodeScratch } from '../../../engines/node-scratch.ts'
import type { QueryEngine } from '../../../engines/query/port.ts'
import type { ScratchDirectory } from '../../../engines/scratch.ts'
import type { GlueCatalog } from '../catalog-store.ts'
import { createCatalog } from '../catalog-store.ts'
import type { Bookmarks } from './bookmarks.ts'
import { createBookmarks } from './bookmarks.ts'
import type { ChannelSession } from './channel-session.ts'
import { createChannelSession } from './channel-session.ts'
import { serveChannel } from './job-channel.ts'
import type { JobRun } from './job-run.ts'
import type { Source } from './sources.ts'

const scope = { accountId: '111122223333', region: 'eu-west-1' }
let time: ReturnType<typeof createVirtualClock>
let catalog: GlueCatalog
let objects: ReturnType<typeof createMemoryObjects>
let bookmarks: Bookmarks
let scratch: ScratchDirectory

beforeEach(async () => {
  time = createVirtualClock()
  const meta = createMemoryMeta()
  catalog = createCatalog({ meta, clock: time.clock, events: silentServiceEvents })
  objects = createMemoryObjects(time.clock)
  bookmarks = createBookmarks(meta)
  const root = mkdtempSync(join(tmpdir(), 'headrace-channel-'))
  scratch = await (await openNodeScratch(root, createSeededRandom(1))).create('job')
  await catalog.createDatabase(scope, { name: 'lake' })
})

const query = {
  open: async () => ({
    execute: async (sql: string) => {
      if (sql === 'bad') throw new EngineError('invalid', 'Parser Error: bad')
      return {
        columns: [{ name: 'x', type: 'INTEGER' }],
        rows: [[1]],
        truncated: false,
        scannedBytes: 0,
      }
    },
    close: async () => undefined,
  }),
} as unknown as QueryEngine

function session(
  kind: JobRun['kind'] = 'glueetl',
  bookmark = 'job-bookmark-enable',
): ChannelSession {
  const run: JobRun = {
    id: 'jr_1',
    job: 'etl',
    attempt: 0,
    startedMs: 0,
    updatedMs: 0,
    state: 'RUNNING',
    arguments: {},
    capacity: { timeoutMinutes: 5, dpuMax: 1 },
    kind,
  }
  return createChannelSession(
    {
      ...{ catalog, objects, query, bookmarks, queryMemoryBytes: 1e9 },
      ...{ clock: time.clock, random: createSeededRandom(2) },
    },
    {
      ...{ scope, run, scratch, endpointUrl: 'http://127.0.0.1:1' },
      signal: new AbortController().signal,
      arguments: {
        ...{ all: {}, pythonFiles: [], files: [], idle: [] },
        bookmark: bookmark as 'job-bookmark-enable',
      },
    },
  )
}

const put = (key: string, body = 'x') =>
  objects.put(scope, { bucket: 'lake', key, body: Buffer.from(body) })

const sourceOf = async (asked: ChannelSession, request: object) =>
  (await asked.handle({ id: 1, ...request })) as Source

async function partitionedTable() {
  await catalog.createTable(scope, 'lake', {
    name: 'events',
    parameters: { classification: 'json', exclusions: '["year=*/*.bak"]' },
    partitionKeys: [{ name: 'year', type: 'string' }],
    storage: {
      location: 's3://lake/events/',
      columns: [{ name: 'id', type: 'int' }],
      parameters: {},
    },
  })
  for (const year of ['2018', '2019']) {
    await put(`events/year=${year}/a.json.gz`)
    await put(`events/year=${year}/old.bak`)
    await put(`events/year=${year}/_SUCCESS`)
  }
  await catalog.createPartitions(
    scope,
    'lake',
    'events',
    ['2018', '2019'].map((year) => ({
      values: [year],
      parameters: {},
      storage: {
        location: `s3://lake/events/year=${year}/`,
        columns: [{ name: 'id', type: year === '2018' ? 'int' : 'bigint' }],
        parameters: {},
      },
    })),
  )
}

test('a table answers the objects of the partitions that the predicate leaves, as local files', async () => {
  await partitionedTable()
  const source = await sourceOf(session(), {
    op: 'source.catalog',
    database: 'lake',
    table: 'events',
    predicate: 'year >= 2019',
  })
  expect(source).toMatchObject({
    format: 'json',
    columns: [{ name: 'id', type: 'int' }],
    partitionKeys: [{ name: 'year', type: 'string' }],
    groups: [
      {
        values: ['2019'],
        columns: [{ name: 'id', type: 'bigint' }],
        keys: ['s3://lake/events/year=2019/a.json.gz'],
        compression: 'gzip',
      },
    ],
    fileCount: 1,
  })
  const [path = ''] = source.groups[0]?.files ?? []
  expect(path).toBe(`${scratch.path}/input/lake/events/year=2019/a.json.gz`)
  expect(readFileSync(path, 'utf8')).toBe('x')
})

test('a committed bookmark keeps what was read from being read again, an uncommitted one does not', async () => {
  await partitionedTable()
  const read = async (commit: boolean) => {
    const run = session()
    await run.handle({ op: 'init', name: 'etl' })
    const request = { op: 'source.catalog', database: 'lake', table: 'events', context: 'src' }
    const { fileCount, skippedCount } = await sourceOf(run, request)
    if (commit) await run.handle({ op: 'commit' })
    return [fileCount, skippedCount]
  }
  expect(await read(false)).toEqual([2, 0])
  expect(await read(true)).toEqual([2, 0])
  await time.advance(60_000)
  await put('events/year=2018/b.json.gz')
  expect(await read(true)).toEqual([1, 2])
  expect(await read(true)).toEqual([0, 3])
})

test('paused and disabled bookmarks do not move', async () => {
  await put('in/a.json')
  for (const option of ['job-bookmark-pause', 'job-bookmark-disable']) {
    const run = session('glueetl', option)
    await run.handle({ op: 'init', name: 'etl' })
    await run.handle({ op: 'source.paths', paths: ['s3://lake/in/'], context: 'c' })
    await run.handle({ op: 'commit' })
    expect(await bookmarks.find(scope, 'etl')).toBeUndefined()
  }
})

test('paths answer folders as partition values, patterns, and names that no file can have', async () => {
  await put('in/year=2018/a.csv')
  await put('in/year=2019/b%20c.csv')
  await put('odd/a')
  await put('odd/a/b.json')
  await put('odd/../c.json')
  const run = session()
  const all = await sourceOf(run, { op: 'source.paths', paths: ['s3://lake/in'] })
  expect(all.partitionKeys).toEqual([{ name: 'year', type: 'string' }])
  expect(all.groups.map(({ values }) => values)).toEqual([['2018'], ['2019']])
  const some = await sourceOf(run, { op: 'source.paths', paths: ['s3://lake/in/year=2019/*.csv'] })
  expect(some.fileCount).toBe(1)
  const odd = await sourceOf(run, { op: 'source.paths', paths: ['s3://lake/odd/'] })
  const files = odd.groups.flatMap((group) => group.files)
  expect(files.map((path) => readFileSync(path, 'utf8'))).toEqual(['x', 'x'])
  expect(files.every((path) => path.startsWith(`${scratch.path}/input/lake/`))).toBe(true)
  await put('in/z.json.bz2')
  await expect(sourceOf(run, { op: 'source.paths', paths: ['s3://lake/in/'] })).rejects.toThrow(
    '.bz2',
  )
})

function stage(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) {
    const path = join(scratch.path, 'work', 'out', name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, text)
  }
  return { op: 'publish', directory: `${scratch.path}/work/out`, path: 's3://lake/out/' }
}

test('published files keep their partitions and are named as Glue and Spark name them', async () => {
  const staged = stage({ 'day=a%2Fb/data_0': '1', 'day=c/data_0': '2', 'day=c/data_1': '' })
  const glue = { ...staged, format: 'parquet', compression: 'snappy', partitionKeys: ['day'] }
  expect(await session().handle(glue)).toMatchObject({ partitions: [['a/b'], ['c']], sizeBytes: 2 })
  const keys = objects.keys()
  expect(keys).toHaveLength(2)
  expect(keys[0]).toMatch(
    /^s3:\/\/lake\/out\/day=a%2Fb\/run-\d+-part-block-0-r-00000-snappy\.parquet$/,
  )
  const spark = { ...stage({}), partitionKeys: ['day'], format: 'json', compression: 'gzip' }
  await session().handle({ ...spark, style: 'spark', mode: 'overwrite-partitions' })
  const after = objects.keys()
  expect(after).toHaveLength(3)
  expect(after.some((key) => /part-0000\d-[0-9a-f-]{36}-c000\.json\.gz$/.test(key))).toBe(true)
  expect(after).toContain('s3://lake/out/_SUCCESS')
})

test('overwrite leaves only the new objects, errorifexists and ignore none', async () => {
  await put('out/old.json')
  const text = { ...stage({ part: '1' }), format: 'json' }
  await expect(session().handle({ ...text, mode: 'errorifexists' })).rejects.toThrow(
    'already exists',
  )
  expect(await session().handle({ ...text, mode: 'ignore' })).toMatchObject({ objects: [] })
  await session().handle({ ...text, mode: 'overwrite' })
  expect(objects.keys()).toHaveLength(1)
  expect(objects.keys()[0]).toMatch(/out\/run-\d+-part-r-00000$/)
  await expect(
    session().handle({ ...text, directory: `${scratch.path}/work/../input` }),
  ).rejects.toThrow('not below the work directory')
})

test('the catalog gets the table that was written, its new columns and its new partitions', async () => {
  const write = {
    op: 'catalog.write',
    database: 'lake',
    table: 'out',
    path: 's3://lake/out',
    format: 'parquet',
    columns: [{ name: 'id', type: 'int' }],
    partitionKeys: [{ name: 'day', type: 'string' }],
    partitions: [['a/b']],
  }
  const first = await session().handle(write)
  expect(first).toEqual({ created: true, updated: false, partitionsCreated: 1 })
  const wider = { ...write, columns: [...write.columns, { name: 'n', type: 'double' }] }
  const logged = await session().handle({ ...wider, updateBehavior: 'LOG' })
  expect(logged).toEqual({ created: false, updated: false, partitionsCreated: 0 })
  await session().handle({ ...wider, updateBehavior: 'UPDATE_IN_DATABASE', partitions: [['c']] })
  const table = await catalog.table(scope, 'lake', 'out')
  expect(table.storage?.columns.map(({ name }) => name)).toEqual(['id', 'n'])
  const partitions = await catalog.partitions(scope, 'lake', 'out')
  expect(partitions.map(({ storage }) => storage?.location)).toEqual([
    's3://lake/out/day=a%2Fb/',
    's3://lake/out/day=c/',
  ])
})

test('a purge removes what is old enough', async () => {
  await put('tmp/day=1/a')
  await put('tmp/day=2/a')
  await time.advance(3_600_000)
  await put('tmp/day=1/b')
  const purge = { op: 'purge', path: 's3://lake/tmp/', retentionHours: 1 }
  const one = await session().handle({ ...purge, partitionPredicate: "day = '2'" })
  expect(one).toEqual({ removed: 1 })
  expect(await session().handle(purge)).toEqual({ removed: 1 })
  expect(objects.keys()).toEqual(['s3://lake/tmp/day=1/b'])
})

test('what is not known, and SQL without a session, are refused by name', async () => {
  await expect(session().handle({ op: 'dance' })).rejects.toMatchObject({
    code: 'UnsupportedOperationException',
  })
  await expect(session().handle({ op: 'sql', sql: '1', magic: 2 })).rejects.toThrow('magic')
  await expect(session('pythonshell').handle({ op: 'sql', sql: '1' })).rejects.toThrow(
    'pythonshell',
  )
})

test('frames are answered in order, whatever is in them and however they are cut', async () => {
  const requests = new PassThrough()
  const answers: unknown[] = []
  const job = {
    requests,
    respond: (bytes: Uint8Array) => void answers.push(JSON.parse(Buffer.from(bytes).toString())),
  } as unknown as RunningJob
  const serving = serveChannel(job, session(), silentLogger)
  const text =
    '{"id":1,"op":"sql","sql":"é"}\nnonsense\n{"id":3,"op":"sql","sql":"bad"}\n{"id":4,"op":"init"}\n'
  for (const byte of Buffer.from(text)) requests.write(Buffer.from([byte]))
  requests.end()
  await serving
  expect(answers).toEqual([
    { id: 1, result: { columns: [{ name: 'x', type: 'INTEGER' }], rows: [[1]], truncated: false } },
    {
      id: null,
      error: { type: 'InvalidInputException', message: 'A request is not a JSON object' },
    },
    { id: 3, error: { type: 'AnalysisException', message: 'Parser Error: bad' } },
    { id: 4, result: { bookmark: 'job-bookmark-enable' } },
  ])
})
