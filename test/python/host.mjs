// The server's side of a job's channel for the tests of python/: a small lake on disk and a catalog
// in memory, SQL by DuckDB. Requests come on stdin, answers go to stdout, one JSON object a line.
// Besides the operations of src/services/glue/jobs/job-channel.ts it has `test.*` ones.
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { DuckDBInstance } from '@duckdb/node-api'

const root = process.argv[2]
const work = join(root, 'work')
const lake = join(root, 'input')
for (const directory of [work, lake]) mkdirSync(directory, { recursive: true })

const instance = await DuckDBInstance.create(':memory:', {
  threads: '2',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
})
const connection = await instance.connect()
await connection.run(`SET timezone = 'UTC'`)
await connection.run(`SET allowed_directories = ['${root}']`)
await connection.run('SET enable_external_access = false')

const tables = new Map()
const databases = new Map([['default', { name: 'default' }]])
const bookmarks = new Map()
let run = { initialised: false, seen: new Map() }
let published = 0

class Refusal extends Error {
  constructor(type, message) {
    super(message)
    this.type = type
  }
}

function files(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    return entry.isDirectory() ? files(path) : [path]
  })
}

function keys() {
  return files(lake)
    .map((path) => `s3://${relative(lake, path)}`)
    .sort()
}

const local = (key) => join(lake, key.slice('s3://'.length))

function below(path) {
  if (/[*?[{]/.test(path)) {
    const pattern = path
      .replace(/\/$/, '')
      .replace(/[.+^$()|\\]/g, '\\$&')
      .replace(/\*\*|\*/g, (stars) => (stars === '**' ? '.*' : '[^/]*'))
      .replace(/\?/g, '[^/]')
      .replace(/\{([^}]*)\}/g, (_, choices) => `(${choices.replaceAll(',', '|')})`)
    return keys().filter((key) => new RegExp(`^${pattern}(/.*)?$`).test(key))
  }
  const prefix = path.endsWith('/') ? path : `${path}/`
  return keys().filter((key) => key === path || key.startsWith(prefix))
}

const hidden = (key) => /^[_.]/.test(basename(key))
const compression = (key) => (key.endsWith('.gz') ? 'gzip' : key.endsWith('.zst') ? 'zstd' : 'none')

function newOnes(found, context) {
  if (!context || !run.initialised) return { found, skippedCount: 0 }
  const before = new Set(bookmarks.get(context) ?? [])
  const fresh = found.filter((key) => !before.has(key))
  run.seen.set(context, [...(run.seen.get(context) ?? []), ...found])
  return { found: fresh, skippedCount: found.length - fresh.length }
}

function grouped(list, partitionKeys, valuesOf) {
  const groups = new Map()
  for (const key of list) {
    const values = valuesOf(key)
    const id = JSON.stringify([values, compression(key)])
    const group = groups.get(id) ?? { values, files: [], keys: [], compression: compression(key) }
    group.files.push(local(key))
    group.keys.push(key)
    groups.set(id, group)
  }
  return {
    partitionKeys,
    groups: [...groups.values()],
    fileCount: list.length,
    sizeBytes: list.reduce((sum, key) => sum + statSync(local(key)).size, 0),
  }
}

function folders(key, path) {
  const rest = key
    .slice(path.replace(/[*?[{].*$/, '').length)
    .split('/')
    .slice(0, -1)
  return rest.filter((part) => part.includes('=')).map((part) => part.split(/=(.*)/s).slice(0, 2))
}

const valueFrom = (text) =>
  text === undefined || text === '__HIVE_DEFAULT_PARTITION__' ? null : decodeURIComponent(text)

function table(database, name) {
  const found = tables.get(`${database}.${name}`.toLowerCase())
  if (!found) throw new Refusal('EntityNotFoundException', `Entity Not Found (${database}.${name})`)
  return found
}

function tidy(value) {
  return typeof value === 'bigint' ? value.toString() : value
}

const operations = {
  start: () => ({
    protocol: 1,
    kind: 'glueetl',
    jobName: 'test-job',
    runId: 'jr_test',
    accountId: '000000000000',
    region: 'us-east-1',
    work,
    input: lake,
    bookmark: 'job-bookmark-enable',
    endpointUrl: 'http://127.0.0.1:1',
  }),
  async sql({ sql, rowsMax = 10_000 }) {
    try {
      const reader = await connection.runAndReadUntil(sql, rowsMax)
      const names = reader.columnNames()
      const types = reader.columnTypes().map(String)
      return {
        columns: names.map((name, index) => ({ name, type: types[index] })),
        rows: reader
          .getRowsJson()
          .slice(0, rowsMax)
          .map((row) => row.map(tidy)),
        truncated: !reader.done,
      }
    } catch (error) {
      throw new Refusal('AnalysisException', error.message)
    }
  },
  init() {
    run.initialised = true
    return { bookmark: 'job-bookmark-enable' }
  },
  commit() {
    for (const [context, seen] of run.seen) bookmarks.set(context, seen)
    return {}
  },
  failed({ message }) {
    run.failure = message
    return {}
  },
  'source.paths'({ paths, context, exclusions = [] }) {
    const names = []
    const all = paths.flatMap((path) =>
      below(path)
        .filter((key) => !hidden(key))
        .filter((key) => !exclusions.some((glob) => key.endsWith(glob.replace('**', ''))))
        .map((key) => ({ key, found: folders(key, path) })),
    )
    for (const { found } of all) {
      for (const [name] of found) if (!names.includes(name)) names.push(name)
    }
    const values = new Map(all.map(({ key, found }) => [key, Object.fromEntries(found)]))
    const { found, skippedCount } = newOnes([...values.keys()], context)
    const partitionKeys = names.map((name) => ({ name, type: 'string' }))
    return {
      ...grouped(found, partitionKeys, (key) =>
        names.map((name) => valueFrom(values.get(key)[name])),
      ),
      skippedCount,
    }
  },
  'source.catalog'({ database, table: name, predicate, context }) {
    const known = table(database, name)
    const { found, skippedCount } = newOnes(
      below(known.location).filter((key) => !hidden(key)),
      context,
    )
    const wanted = /^\s*(\w+)\s*==?\s*'?(\w+)'?\s*$/.exec(predicate ?? '')
    const valuesOf = (key) => {
      const there = Object.fromEntries(folders(key, known.location))
      return known.partitionKeys.map(({ name }) => valueFrom(there[name]))
    }
    const place = wanted ? known.partitionKeys.findIndex(({ name }) => name === wanted[1]) : -1
    const kept = wanted ? found.filter((key) => valuesOf(key)[place] === wanted[2]) : found
    return {
      format: known.format,
      formatOptions: known.formatOptions ?? {},
      columns: known.columns,
      ...grouped(kept, known.partitionKeys, valuesOf),
      skippedCount,
    }
  },
  publish({
    directory,
    path,
    format,
    compression: codec,
    style,
    mode = 'append',
    partitionKeys = [],
  }) {
    const prefix = path.endsWith('/') ? path : `${path}/`
    const before = below(prefix)
    if (before.length > 0 && mode === 'ignore') return { objects: [], partitions: [], sizeBytes: 0 }
    if (before.length > 0 && mode === 'errorifexists') {
      throw new Refusal('AnalysisException', `[PATH_ALREADY_EXISTS] Path ${path} already exists.`)
    }
    const list = files(directory).sort()
    const full = list.filter((file) => statSync(file).size > 0)
    const objects = []
    const partitions = new Map()
    let sizeBytes = 0
    published += 1
    for (const [index, file] of (full.length > 0 ? full : list).entries()) {
      const parts = relative(directory, file).split('/').slice(0, -1)
      if (parts.map((part) => part.split('=')[0]).join() !== partitionKeys.join()) {
        throw new Refusal('InvalidInputException', `folders ${parts.join()}`)
      }
      const values = parts.map((part) => valueFrom(part.split(/=(.*)/s)[1]))
      if (values.length > 0) partitions.set(JSON.stringify(values), values)
      const number = String(index).padStart(5, '0')
      const ending = `${codec === 'none' ? '' : `.${codec}`}.${format}`
      const name =
        style === 'glue'
          ? `run-${published}-part-r-${number}${ending}`
          : `part-${number}-${published}-c000${ending}`
      const key = `${prefix}${[...parts, name].join('/')}`
      sizeBytes += statSync(file).size
      mkdirSync(dirname(local(key)), { recursive: true })
      renameSync(file, local(key))
      objects.push(key)
    }
    const folder = (key) => key.slice(0, key.lastIndexOf('/'))
    const touched = new Set(objects.map(folder))
    for (const key of before) {
      if (mode === 'overwrite' || (mode === 'overwrite-partitions' && touched.has(folder(key)))) {
        rmSync(local(key))
      }
    }
    return { objects, partitions: [...partitions.values()], sizeBytes }
  },
  purge({ path }) {
    const found = below(path)
    for (const key of found) rmSync(local(key))
    return { removed: found.length }
  },
  'purge.table': ({ database, table: name }) =>
    operations.purge({ path: table(database, name).location }),
  'catalog.databases': () => ({ databases: [...databases.values()] }),
  'catalog.tables': ({ database }) => ({
    tables: [...tables.keys()]
      .filter((key) => key.startsWith(`${database}.`))
      .map((key) => key.slice(database.length + 1)),
  }),
  'catalog.table': ({ database, table: name }) => table(database, name),
  'catalog.write'({ database, table: name, path, format, columns, partitionKeys, partitions }) {
    const key = `${database}.${name}`.toLowerCase()
    const created = !tables.has(key)
    const known = tables.get(key) ?? { location: path, partitions: [] }
    const before = known.partitions.map((values) => JSON.stringify(values))
    const fresh = partitions.filter((values) => !before.includes(JSON.stringify(values)))
    tables.set(key, {
      ...known,
      format,
      columns,
      partitionKeys,
      formatOptions: {},
      parameters: {},
      partitions: [...known.partitions, ...fresh],
    })
    return { created, updated: !created, partitionsCreated: fresh.length }
  },
  'test.put'({ key, text, base64 }) {
    mkdirSync(dirname(local(key)), { recursive: true })
    writeFileSync(local(key), base64 === undefined ? text : Buffer.from(base64, 'base64'))
    return { path: local(key) }
  },
  'test.path'({ key }) {
    mkdirSync(dirname(local(key)), { recursive: true })
    return { path: local(key) }
  },
  'test.table'({ database, name, ...rest }) {
    databases.set(database, { name: database, locationUri: `s3://warehouse/${database}` })
    if (name)
      tables.set(`${database}.${name}`, {
        partitions: [],
        partitionKeys: [],
        parameters: {},
        ...rest,
      })
    return {}
  },
  'test.objects': ({ path }) => ({ keys: below(path) }),
  'test.get': ({ key }) => ({ base64: readFileSync(local(key)).toString('base64') }),
  'test.next-run'() {
    run = { initialised: false, seen: new Map() }
    return {}
  },
  'test.failure': () => ({ message: run.failure ?? null }),
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, op, ...fields } = JSON.parse(line)
  let answer
  try {
    const operation = operations[op]
    if (!operation) throw new Refusal('UnsupportedOperationException', `unknown operation ${op}`)
    answer = { id, result: (await operation(fields)) ?? {} }
  } catch (error) {
    answer = { id, error: { type: error.type ?? 'Py4JJavaError', message: error.message } }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
