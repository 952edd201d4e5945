import { ServiceError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import type { ScratchDirectory } from '../../../engines/scratch.ts'
import type { ObjectAccess } from '../../s3/objects/object-access.ts'
import { invalidInput } from '../catalog-errors.ts'
import type { S3Path } from '../s3-path.ts'
import { parseS3Path } from '../s3-path.ts'

export interface PublishRequest {
  /** Below the scratch directory. */
  readonly directory: string
  readonly path: string
  readonly format: string
  readonly compression: string
  readonly style: 'glue' | 'spark'
  readonly mode: PublishMode
  readonly partitionKeys: ReadonlyArray<string>
}

export type PublishMode =
  | 'append'
  | 'overwrite'
  | 'overwrite-partitions'
  | 'errorifexists'
  | 'ignore'

export interface Published {
  readonly objects: ReadonlyArray<string>
  readonly partitions: ReadonlyArray<ReadonlyArray<string>>
  readonly sizeBytes: number
}

export interface PublishDeps {
  readonly scope: Scope
  readonly objects: ObjectAccess
  readonly scratch: ScratchDirectory
  readonly random: Random
  /** A number that no other publication of any run has: the time, made unique. */
  readonly stamp: () => string
}

interface Staged {
  readonly path: string
  readonly values: ReadonlyArray<string>
  readonly sizeBytes: number
}

const AT_ONCE = 8

/**
 * Publishes what the session wrote. Each object is durable and whole when it is visible; with
 * `overwrite` the old objects go only after all new ones are there, so a failure in between leaves
 * both, and never neither.
 */
export async function publish(deps: PublishDeps, request: PublishRequest): Promise<Published> {
  const { objects, scope } = deps
  const target = parseS3Path(request.path)
  const prefix = target.key === '' || target.key.endsWith('/') ? target.key : `${target.key}/`
  const nothing = { objects: [], partitions: [], sizeBytes: 0 }
  if (request.mode === 'errorifexists' || request.mode === 'ignore') {
    const taken = await isTaken(objects, scope, target.bucket, prefix)
    if (taken && request.mode === 'ignore') return nothing
    if (taken) {
      throw new ServiceError(
        'AnalysisException',
        `[PATH_ALREADY_EXISTS] Path ${request.path} already exists. Set mode as "overwrite" to overwrite the existing path.`,
      )
    }
  }
  const staged = await stagedFiles(deps.scratch, request)
  const before =
    request.mode === 'overwrite' || request.mode === 'overwrite-partitions'
      ? await keysBelow(objects, scope, target.bucket, prefix)
      : []
  const named = nameFiles(deps, request, prefix, staged)
  for (let at = 0; at < named.length; at += AT_ONCE) {
    await Promise.all(
      named
        .slice(at, at + AT_ONCE)
        .map(({ key, path }) => objects.put(scope, { bucket: target.bucket, key, body: { path } })),
    )
  }
  const partitions = distinct(staged.map(({ values }) => values))
  const replaced =
    request.mode === 'overwrite'
      ? before
      : before.filter((key) =>
          partitions.some((values) =>
            key.startsWith(`${prefix}${folderOf(request.partitionKeys, values)}`),
          ),
        )
  const written = new Set(named.map(({ key }) => key))
  for (const key of replaced) {
    if (!written.has(key)) await objects.remove(scope, target.bucket, key)
  }
  if (request.style === 'spark') await putSuccess(objects, scope, target, prefix)
  return {
    objects: named.map(({ key }) => `s3://${target.bucket}/${key}`),
    partitions: request.partitionKeys.length > 0 ? partitions : [],
    sizeBytes: staged.reduce((sum, file) => sum + file.sizeBytes, 0),
  }
}

async function isTaken(objects: ObjectAccess, scope: Scope, bucket: string, prefix: string) {
  for await (const _object of objects.list(scope, bucket, prefix)) return true
  return false
}

async function keysBelow(objects: ObjectAccess, scope: Scope, bucket: string, prefix: string) {
  const keys: string[] = []
  for await (const { key } of objects.list(scope, bucket, prefix)) keys.push(key)
  return keys
}

async function putSuccess(objects: ObjectAccess, scope: Scope, target: S3Path, prefix: string) {
  const body = new Uint8Array(0)
  await objects.put(scope, { bucket: target.bucket, key: `${prefix}_SUCCESS`, body })
}

async function stagedFiles(
  scratch: ScratchDirectory,
  { directory, partitionKeys }: PublishRequest,
): Promise<Staged[]> {
  const files = await scratch.files(directory)
  const full = files.filter(({ sizeBytes }) => sizeBytes > 0)
  return (full.length > 0 ? full : files.slice(0, 1)).map(({ name, sizeBytes }) => ({
    path: `${scratch.path}/${directory}/${name}`,
    values: valuesOf(name, partitionKeys),
    sizeBytes,
  }))
}

function valuesOf(name: string, partitionKeys: ReadonlyArray<string>): string[] {
  const folders = name.split('/').slice(0, -1)
  if (folders.length !== partitionKeys.length) {
    throw invalidInput(`The file ${name} is not below one folder for each partition key`)
  }
  return folders.map((folder, at) => {
    const split = folder.indexOf('=')
    if (decoded(folder.slice(0, split)) !== partitionKeys[at]) {
      throw invalidInput(`The folder ${folder} is not of the partition key ${partitionKeys[at]}`)
    }
    return decoded(folder.slice(split + 1))
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function nameFiles(
  { random, stamp }: PublishDeps,
  request: PublishRequest,
  prefix: string,
  staged: ReadonlyArray<Staged>,
): { readonly key: string; readonly path: string }[] {
  const run = stamp()
  const uuid = random.uuid()
  return staged.map(({ path, values }, at) => {
    const part = String(at).padStart(5, '0')
    const name =
      request.style === 'glue' ? glueName(run, part, request) : sparkName(part, uuid, request)
    return { key: `${prefix}${folderOf(request.partitionKeys, values)}${name}`, path }
  })
}

/** `year=2018/month=05/`, escaped as Hive does. */
export function folderOf(keys: ReadonlyArray<string>, values: ReadonlyArray<string>): string {
  return keys.map((key, at) => `${hiveEscape(key)}=${hiveEscape(values[at] ?? '')}/`).join('')
}

/** Hive's FileUtils.escapePathName. */
function hiveEscape(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: Hive escapes them.
    /[\u0000-\u001f"#%'*/:=?\\\u007f{[\]^]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

const endings: Readonly<Record<string, string>> = { gzip: 'gz', snappy: 'snappy', zstd: 'zstd' }

function glueName(run: string, part: string, { format, compression }: PublishRequest): string {
  const ending = endings[compression]
  if (format === 'parquet') {
    return `run-${run}-part-block-0-r-${part}${ending ? `-${ending}` : ''}.parquet`
  }
  return `run-${run}-part-r-${part}${ending ? `.${ending}` : ''}`
}

function sparkName(part: string, uuid: string, { format, compression }: PublishRequest): string {
  const ending = endings[compression] ? `.${endings[compression]}` : ''
  const name = `part-${part}-${uuid}-c000`
  if (format === 'parquet') return `${name}${ending}.parquet`
  return `${name}.${format === 'text' ? 'txt' : format}${ending}`
}

function distinct(lists: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string>[] {
  return [...new Map(lists.map((list) => [JSON.stringify(list), list])).values()]
}
