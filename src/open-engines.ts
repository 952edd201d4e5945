import { join, resolve } from 'node:path'
import type { Clock } from './base/clock.ts'
import type { EngineErrorKind } from './base/errors.ts'
import { EngineError } from './base/errors.ts'
import type { Logger } from './base/logger.ts'
import type { Metrics } from './base/metrics.ts'
import type { Random } from './base/random.ts'
import type { Config, SettingName } from './config.ts'
import { ConfigError } from './config.ts'
import type { ComputeEngine } from './engines/compute/port.ts'
import { parseKafkaUrl } from './engines/kafka-client/kafka-url.ts'
import type { LogEngine } from './engines/log/port.ts'
import type { MetaStore } from './engines/meta/port.ts'
import { ensureKeySecret } from './engines/meta/secrets.ts'
import { nodeDisk } from './engines/node-disk.ts'
import { openNodeScratch } from './engines/node-scratch.ts'
import type { ObjectStore } from './engines/objects/port.ts'
import { parseBucketUrl } from './engines/objects/s3/bucket-url.ts'
import type { StoreCredentials } from './engines/objects/s3/request-signer.ts'
import type { QueryEngine } from './engines/query/port.ts'
import type { ScratchSpace } from './engines/scratch.ts'

export interface EngineDeps {
  readonly config: Config
  /** Of the process: `PATH`, where interpreters are looked for, and the keys to a store elsewhere. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Directory of the bundles of the children that engines start. */
  readonly distDirectory: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
}

export interface Engines {
  readonly meta: MetaStore
  readonly log: LogEngine
  readonly objects: ObjectStore
  readonly query: QueryEngine
  readonly compute: ComputeEngine
  readonly scratch: ScratchSpace
  close(): Promise<void>
}

/**
 * Opens the engines that the settings name by URL (see `checkEngineUrls`). The one place that knows
 * adapters; they are loaded only when they are chosen.
 */
export async function openEngines(deps: EngineDeps): Promise<Engines> {
  const directory = resolve(deps.config.dataDir)
  const { meta, localMeta } = await openMeta(deps, directory)
  const closeMeta = async () => {
    await meta.close()
    if (localMeta !== meta) await localMeta.close()
  }
  const opening = [
    openLog(deps, directory, meta),
    openObjects(deps, directory, { meta, localMeta }),
    openCompute(deps, directory),
    openQuery(deps, directory),
    openNodeScratch(join(directory, 'scratch'), deps.random),
  ] as const
  try {
    const [log, objects, compute, query, scratch] = await Promise.all(opening)
    return {
      ...{ meta, log, objects, query, compute, scratch },
      async close() {
        await compute.close()
        await query.close()
        await log.close()
        await objects.close()
        await closeMeta()
      },
    }
  } catch (error) {
    for (const engine of await Promise.allSettled(opening)) {
      if (engine.status === 'fulfilled' && 'close' in engine.value) await engine.value.close()
    }
    await closeMeta()
    throw error
  }
}

/** `localMeta` is of this node alone: for what tells of the files in its data directory. */
async function openMeta(
  deps: EngineDeps,
  directory: string,
): Promise<{ readonly meta: MetaStore; readonly localMeta: MetaStore }> {
  const { openLmdbMeta } = await import('./engines/meta/lmdb/lmdb-meta.ts')
  const localMeta = await openLmdbMeta({ directory: join(directory, 'meta') })
  const url = parseKafkaUrl(deps.config.meta)
  if (typeof url === 'string') return { meta: localMeta, localMeta }
  try {
    const { openKafkaMeta } = await import('./engines/meta/kafka/kafka-meta.ts')
    return { meta: await reached('meta', openKafkaMeta({ ...deps, url })), localMeta }
  } catch (error) {
    await localMeta.close()
    throw error
  }
}

/** What is not there at the start is for whoever gave its address, in words. */
async function reached<Engine>(setting: SettingName, opening: Promise<Engine>): Promise<Engine> {
  try {
    return await opening
  } catch (error) {
    const isAddress = error instanceof EngineError && wrongAddress.includes(error.kind)
    if (!isAddress) throw error
    throw new ConfigError(`--${setting}: ${error.message}`)
  }
}

const wrongAddress: ReadonlyArray<EngineErrorKind> = ['unavailable', 'invalid']

async function openLog(deps: EngineDeps, directory: string, meta: MetaStore): Promise<LogEngine> {
  const url = parseKafkaUrl(deps.config.log)
  if (typeof url !== 'string') {
    const { openKafkaLog } = await import('./engines/log/kafka/kafka-log.ts')
    return reached('log', openKafkaLog({ ...deps, url, meta }))
  }
  const { openSegmentLog } = await import('./engines/log/segment/segment-log.ts')
  return openSegmentLog({
    ...deps,
    disk: nodeDisk,
    directory: join(directory, 'log'),
    keyOf: async (id) => Buffer.from(await ensureKeySecret(meta, deps.random, id), 'hex'),
  })
}

/** Files of this disk have their index beside them; a bucket that nodes share, where they share it. */
async function openObjects(
  deps: EngineDeps,
  directory: string,
  { meta, localMeta }: { readonly meta: MetaStore; readonly localMeta: MetaStore },
): Promise<ObjectStore> {
  const own = { ...deps, disk: nodeDisk, directory: join(directory, 'objects') }
  const url = parseBucketUrl(deps.config.objects)
  if (typeof url === 'string') {
    const { openDiskObjects } = await import('./engines/objects/disk/disk-objects.ts')
    return reached('objects', openDiskObjects({ ...own, meta: localMeta }))
  }
  const credentials = storeCredentials(deps.environment)
  const { openS3Objects } = await import('./engines/objects/s3/s3-objects.ts')
  return reached('objects', openS3Objects({ ...own, url, credentials, meta }))
}

function storeCredentials(environment: EngineDeps['environment']): StoreCredentials {
  const accessKeyId = environment['AWS_ACCESS_KEY_ID']
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY']
  if (!accessKeyId || !secretAccessKey) {
    throw new ConfigError(
      '--objects s3://… needs the keys to that store in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    )
  }
  return { accessKeyId, secretAccessKey, sessionToken: environment['AWS_SESSION_TOKEN'] }
}

async function openQuery(deps: EngineDeps, directory: string): Promise<QueryEngine> {
  const { config } = deps
  const { createDuckdbQuery } = await import('./engines/query/duckdb/duckdb-query.ts')
  return createDuckdbQuery({
    ...deps,
    directory: join(directory, 'query'),
    childPath: join(deps.distDirectory, 'query-child.js'),
    childArguments: [],
    sessionsMax: config.querySessions,
    memoryBytes: config.queryMemory,
    spillBytesMax: config.querySpill,
  })
}

async function openCompute(deps: EngineDeps, directory: string): Promise<ComputeEngine> {
  const { createProcessCompute } = await import('./engines/compute/process/process-compute.ts')
  return createProcessCompute({
    ...deps,
    directory: join(directory, 'compute'),
    searchPath: deps.environment['PATH'] ?? '',
    platform: process.platform,
    node: { path: process.execPath, version: process.version },
    runtimePaths: {
      nodeBootstrap: join(deps.distDirectory, 'node-bootstrap.mjs'),
      pythonDirectory: join(deps.distDirectory, '..', 'python'),
    },
  })
}

type EngineName = 'log' | 'objects' | 'meta' | 'query' | 'compute'

interface ServedUrls {
  readonly embedded: string
  /** The other ones that an adapter is there for, and what is wrong with one of them. */
  readonly other?: { readonly scheme: string; readonly form: string; check(url: string): unknown }
}

const kafka = { scheme: 'kafka:', form: 'kafka://host:port,…', check: parseKafkaUrl }
const bucket = { scheme: 's3:', form: 's3://bucket/prefix?endpoint=…', check: parseBucketUrl }

/** The URLs that this version has an adapter for. */
const served: Readonly<Record<EngineName, ServedUrls>> = {
  log: { embedded: 'segment:', other: kafka },
  objects: { embedded: 'disk:', other: bucket },
  meta: { embedded: 'lmdb:', other: kafka },
  query: { embedded: 'duckdb:' },
  compute: { embedded: 'process:' },
}

/** Throws `ConfigError` for an engine that no adapter serves: before anything is opened. */
export function checkEngineUrls(config: Config): void {
  for (const name of Object.keys(served) as EngineName[]) {
    const url = config[name]
    const { embedded, other } = served[name]
    if (url === embedded) continue
    if (!other || !url.startsWith(other.scheme)) {
      const known = other ? `${embedded} and ${other.form}` : embedded
      throw new ConfigError(`--${name} ${url}: this version of Headrace serves only ${known}`)
    }
    const parsed = other.check(url)
    if (typeof parsed === 'string') throw new ConfigError(`--${name} ${url}: ${parsed}`)
  }
  if (config.meta.startsWith(kafka.scheme) && !config.log.startsWith(kafka.scheme)) {
    throw new ConfigError(
      `--meta ${config.meta} needs --log kafka://… as well: nodes that share streams share their records`,
    )
  }
}
