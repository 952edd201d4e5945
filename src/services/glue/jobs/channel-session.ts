import type { Clock } from '../../../base/clock.ts'
import { EngineError, ServiceError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import type { QueryEngine, QuerySession } from '../../../engines/query/port.ts'
import type { ScratchDirectory } from '../../../engines/scratch.ts'
import type { ObjectAccess } from '../../s3/objects/object-access.ts'
import { invalidInput } from '../catalog-errors.ts'
import type { GlueCatalog } from '../catalog-store.ts'
import type { Bookmark, Bookmarks, SeenObject } from './bookmarks.ts'
import { hasSeen } from './bookmarks.ts'
import { writeCatalog } from './catalog-write.ts'
import { createInputFiles } from './input-files.ts'
import type { EffectiveArguments } from './job-arguments.ts'
import { memoryOf } from './job-definition.ts'
import type { JobRun } from './job-run.ts'
import { publish } from './publish.ts'
import { purgePath, purgeTable } from './purge.ts'
import type { RequestMembers } from './request-members.ts'
import { readMembers, unsupportedOperation } from './request-members.ts'
import type { SourceContext } from './sources.ts'
import { catalogSource, pathSource } from './sources.ts'
import { tableFormat } from './table-format.ts'

export interface ChannelDeps {
  readonly catalog: GlueCatalog
  readonly objects: ObjectAccess
  readonly query: QueryEngine
  readonly bookmarks: Bookmarks
  readonly clock: Clock
  readonly random: Random
  /** Most memory that one SQL session may have. */
  readonly queryMemoryBytes: number
}

export interface ChannelSession {
  /** Answers one request; rejects with what the job is to be told. */
  handle(request: Readonly<Record<string, unknown>>): Promise<unknown>
  /** What the script said of its failure. */
  failure(): string | undefined
  close(): Promise<void>
}

/** What the requests of one run work on. */
interface Run {
  readonly scope: Scope
  readonly run: JobRun
  readonly arguments: EffectiveArguments
  readonly scratch: ScratchDirectory
  readonly endpointUrl: string
  readonly signal: AbortSignal
}

type Handler = (members: RequestMembers) => Promise<unknown>
type Handlers = Readonly<Record<string, readonly [ReadonlyArray<string>, Handler]>>

const ROWS_MAX = 1_000_000
const RETENTION_HOURS = 168
const ERROR_LENGTH_MAX = 4000

/** The server's end of a job's channel; `job-channel.ts` says what each request means. */
export function createChannelSession(deps: ChannelDeps, run: Run): ChannelSession {
  const sql = sqlOf(deps, run)
  const reading = readingOf(deps, run)
  let failure: string | undefined
  const handlers: Handlers = {
    start: [[], async () => startAnswer(run)],
    failed: [
      ['message'],
      async (members) => {
        failure = members.text('message').slice(0, ERROR_LENGTH_MAX)
        return {}
      },
    ],
    ...sql.handlers,
    ...reading,
    ...writingOf(deps, run),
    ...catalogOf(deps, run),
  }
  return {
    async handle(request) {
      const found = handlers[String(request['op'])]
      if (!found) throw unsupportedOperation(`The request ${String(request['op'])}`)
      const [members, handler] = found
      return handler(readMembers(request, members))
    },
    failure: () => failure,
    close: sql.close,
  }
}

function startAnswer({ scope, run, arguments: given, scratch, endpointUrl }: Run) {
  const { temporaryDirectory } = given
  return {
    protocol: 1,
    kind: run.kind,
    jobName: run.job,
    runId: run.id,
    accountId: scope.accountId,
    region: scope.region,
    work: `${scratch.path}/work`,
    input: `${scratch.path}/input`,
    bookmark: given.bookmark,
    endpointUrl,
    ...(temporaryDirectory && { temporaryDirectory }),
  }
}

function sqlOf({ query, queryMemoryBytes }: ChannelDeps, { run, scratch, signal }: Run) {
  let session: QuerySession | undefined

  async function open(settings: Readonly<Record<string, string | boolean>>) {
    if (run.kind === 'pythonshell') throw unsupportedOperation('SQL in a pythonshell job')
    const { totalBytes } = memoryOf(run.capacity)
    session = await query.open({
      paths: [{ path: `${scratch.path}/input` }, { path: `${scratch.path}/work`, writable: true }],
      memoryBytes: Math.min(totalBytes, queryMemoryBytes),
      settings,
      signal,
    })
    return session
  }

  const handlers: Handlers = {
    open: [
      ['settings'],
      async (members) => {
        if (session) throw invalidInput('The session is open already')
        await open(members.object('settings') as Readonly<Record<string, string | boolean>>)
        return {}
      },
    ],
    sql: [
      ['sql', 'parameters', 'rowsMax'],
      async (members) => {
        const rowsMax = Math.min(members.optionalCount('rowsMax') ?? 10_000, ROWS_MAX)
        const current = session ?? (await open({}))
        const { columns, rows, truncated } = await current.execute(members.text('sql'), {
          parameters: members.list('parameters', scalar),
          rowsMax,
          signal,
        })
        return { columns, rows, truncated }
      },
    ],
  }
  return { handlers, close: async () => session?.close() }
}

function scalar(value: unknown): string | number | boolean | null {
  const kinds = ['string', 'number', 'boolean']
  if (value === null || kinds.includes(typeof value)) return value as string | number | boolean
  throw invalidInput('sql: parameters must be scalars')
}

/** Sources, and the bookmark that they obey. */
function readingOf(deps: ChannelDeps, { scope, run, arguments: given, scratch }: Run): Handlers {
  const { catalog, objects, bookmarks } = deps
  const input = createInputFiles(objects, scratch, scope)
  const read = new Map<string, SeenObject[]>()
  let bookmark: Bookmark | undefined
  let initialized = false

  function contextOf(name: string | undefined): SourceContext {
    const shared = { scope, catalog, objects, input }
    const obeys = initialized && given.bookmark !== 'job-bookmark-disable'
    if (!name || !obeys) return { ...shared, isSeen: () => false, onRead: () => undefined }
    const seen = read.get(name) ?? []
    read.set(name, seen)
    const isSeen = hasSeen(bookmark?.sources[name])
    return { ...shared, isSeen, onRead: (object) => void seen.push(object) }
  }

  return {
    init: [
      ['name', 'arguments'],
      async () => {
        if (given.bookmark !== 'job-bookmark-disable') {
          bookmark = await bookmarks.find(scope, run.job)
        }
        initialized = true
        return { bookmark: given.bookmark }
      },
    ],
    commit: [
      [],
      async () => {
        if (!initialized || given.bookmark !== 'job-bookmark-enable') return {}
        const baseVersion = bookmark?.version ?? 0
        const { id: runId, attempt } = run
        await bookmarks.commit(scope, run.job, { baseVersion, runId, attempt, read })
        bookmark = await bookmarks.find(scope, run.job)
        read.clear()
        return {}
      },
    ],
    'source.catalog': [
      ['database', 'table', 'predicate', 'catalogPartitionPredicate', 'context'],
      async (members) => {
        const predicate = members.optionalText('predicate')
        const catalogPredicate = members.optionalText('catalogPartitionPredicate')
        return catalogSource(contextOf(members.optionalText('context')), {
          database: members.text('database'),
          table: members.text('table'),
          ...(predicate && { predicate }),
          ...(catalogPredicate && { catalogPredicate }),
        })
      },
    ],
    'source.paths': [
      ['paths', 'exclusions', 'recurse', 'context', 'format'],
      async (members) =>
        pathSource(contextOf(members.optionalText('context')), {
          paths: members.texts('paths'),
          exclusions: members.texts('exclusions'),
          recurse: members.flag('recurse', true),
        }),
    ],
  }
}

function writingOf(deps: ChannelDeps, { scope, scratch }: Run): Handlers {
  const { catalog, objects, clock, random } = deps
  const stamp = () =>
    `${clock.wallMs()}${String(Math.floor(random.unit() * 1000)).padStart(3, '0')}`
  const purgeDeps = () => ({ scope, objects, catalog, nowMs: clock.wallMs() })
  const rulesOf = (members: RequestMembers) => {
    const predicate = members.optionalText('partitionPredicate')
    return {
      retentionHours: members.optionalCount('retentionHours') ?? RETENTION_HOURS,
      excludedStorageClasses: members.texts('excludeStorageClasses'),
      ...(predicate && { predicate }),
    }
  }
  const purging = ['retentionHours', 'excludeStorageClasses', 'partitionPredicate']
  return {
    publish: [
      ['directory', 'path', 'format', 'compression', 'style', 'mode', 'partitionKeys'],
      (members) =>
        publish(
          { scope, objects, scratch, random, stamp },
          {
            directory: stagedDirectory(scratch, members.text('directory')),
            path: members.text('path'),
            format: members.choice('format', ['parquet', 'json', 'csv', 'text']),
            compression: members.choice('compression', ['none', 'gzip', 'snappy', 'zstd']),
            style: members.choice('style', ['glue', 'spark']),
            mode: members.choice('mode', [
              'append',
              'overwrite',
              'overwrite-partitions',
              'errorifexists',
              'ignore',
            ]),
            partitionKeys: members.texts('partitionKeys'),
          },
        ),
    ],
    purge: [
      ['path', ...purging],
      async (members) => ({
        removed: await purgePath(purgeDeps(), members.text('path'), rulesOf(members)),
      }),
    ],
    'purge.table': [
      ['database', 'table', ...purging],
      async (members) => {
        const database = members.text('database')
        const table = members.text('table')
        return { removed: await purgeTable(purgeDeps(), database, table, rulesOf(members)) }
      },
    ],
  }
}

/** Its name below the scratch directory; refused outside of `work`. */
function stagedDirectory(scratch: ScratchDirectory, path: string): string {
  const root = `${scratch.path}/`
  const name = path.startsWith(root) ? path.slice(root.length) : `work/${path}`
  const parts = name.replace(/\/+$/, '').split('/')
  if (parts[0] !== 'work' || parts.includes('..')) {
    throw invalidInput(`publish: ${path} is not below the work directory`)
  }
  return parts.join('/')
}

function catalogOf({ catalog }: ChannelDeps, { scope, run }: Run): Handlers {
  return {
    'catalog.databases': [
      [],
      async () => ({
        databases: (await catalog.databases(scope)).map(({ name, description, locationUri }) => ({
          name,
          ...(description !== undefined && { description }),
          ...(locationUri !== undefined && { locationUri }),
        })),
      }),
    ],
    'catalog.tables': [
      ['database'],
      async (members) => {
        const tables = await catalog.tables(scope, members.text('database'))
        return { tables: tables.map(({ name }) => name) }
      },
    ],
    'catalog.table': [
      ['database', 'table'],
      async (members) => {
        const { storage, partitionKeys, parameters } = await catalog.table(
          scope,
          members.text('database'),
          members.text('table'),
        )
        if (!storage) throw unsupportedOperation('Reading a view')
        const { columns, location } = storage
        return { columns, partitionKeys, location, parameters, ...tableFormat(storage, parameters) }
      },
    ],
    'catalog.write': [
      [
        ...['database', 'table', 'path', 'format', 'columns', 'partitionKeys', 'partitions'],
        ...['updateBehavior', 'mode', 'compression', 'formatOptions'],
      ],
      (members) =>
        writeCatalog(
          { catalog, scope },
          {
            database: members.text('database'),
            table: members.text('table'),
            path: members.text('path'),
            format: members.choice('format', ['parquet', 'json', 'csv']),
            compression: members.optionalText('compression') ?? 'none',
            formatOptions: members.object('formatOptions'),
            columns: members.list('columns', column),
            partitionKeys: members.list('partitionKeys', column),
            partitions: members.list('partitions', values),
            update: members.choice('updateBehavior', ['LOG', 'UPDATE_IN_DATABASE']) !== 'LOG',
            overwrite: members.choice('mode', ['append', 'overwrite']) === 'overwrite',
            job: run.job,
            runId: run.id,
          },
        ),
    ],
  }
}

function column(item: unknown): { readonly name: string; readonly type: string } {
  const { name, type } = (item ?? {}) as { readonly name?: unknown; readonly type?: unknown }
  if (typeof name !== 'string' || typeof type !== 'string') {
    throw invalidInput('A column must have a name and a type')
  }
  return { name, type }
}

function values(item: unknown): ReadonlyArray<string> {
  if (!Array.isArray(item)) throw invalidInput('The values of a partition must be a list')
  return item.map(String)
}

/** What a failure is called on the other side. */
export function channelError(error: unknown): { readonly type: string; readonly message: string } {
  if (error instanceof ServiceError) return { type: error.code, message: error.message }
  if (error instanceof EngineError) {
    const type = error.kind === 'invalid' ? 'AnalysisException' : 'Py4JJavaError'
    return { type, message: error.message }
  }
  return { type: 'Py4JJavaError', message: 'An internal error occurred in the server' }
}
