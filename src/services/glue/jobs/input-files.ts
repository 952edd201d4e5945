import { createHash } from 'node:crypto'
import { EngineError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { ScratchDirectory } from '../../../engines/scratch.ts'
import type { ObjectAccess, ObjectSummary } from '../../s3/objects/object-access.ts'
import { unsupported } from '../catalog-errors.ts'

/** Objects of the store as local files of a run, below `input` in its scratch directory. */
export interface InputFiles {
  /**
   * The local path of each object, in their order. An object that is there already is not brought
   * again.
   */
  bring(bucket: string, objects: ReadonlyArray<ObjectSummary>): Promise<ReadonlyArray<string>>
}

const FOLDER = 'input'
const AT_ONCE = 16
const NAME_BYTES_MAX = 200

export function createInputFiles(
  objects: ObjectAccess,
  scratch: ScratchDirectory,
  scope: Scope,
): InputFiles {
  const brought = new Map<string, { readonly etag: string; readonly path: string }>()

  async function bringOne(bucket: string, { key, etag }: ObjectSummary): Promise<string> {
    const known = brought.get(`${bucket}/${key}`)
    if (known?.etag === etag) return known.path
    const local = await objects.localFile(scope, bucket, key)
    try {
      const name = await linkUnderItsName(scratch, local.path, bucket, key)
      const path = `${scratch.path}/${name}`
      brought.set(`${bucket}/${key}`, { etag, path })
      return path
    } finally {
      local.release()
    }
  }

  return {
    async bring(bucket, wanted) {
      const paths: string[] = []
      for (let at = 0; at < wanted.length; at += AT_ONCE) {
        const some = wanted.slice(at, at + AT_ONCE)
        paths.push(...(await Promise.all(some.map((object) => bringOne(bucket, object)))))
      }
      return paths
    },
  }
}

async function linkUnderItsName(
  scratch: ScratchDirectory,
  source: string,
  bucket: string,
  key: string,
): Promise<string> {
  const parts = key.split('/')
  const isPlain = parts.every(
    (part) =>
      part !== '' && part !== '.' && part !== '..' && Buffer.byteLength(part) <= NAME_BYTES_MAX,
  )
  if (isPlain && !key.includes('\0') && Buffer.byteLength(key) < 900) {
    const name = `${FOLDER}/${bucket}/${key}`
    try {
      await scratch.link(source, name)
      return name
    } catch (error) {
      // `a` and `a/b` are two objects, but cannot be a file and a folder.
      if (!(error instanceof EngineError) || error.kind !== 'conflict') throw error
    }
  }
  const digest = createHash('sha256').update(key).digest('hex')
  const [ending = ''] = /(\.[A-Za-z0-9]{1,10}){1,2}$/.exec(key) ?? []
  const name = `${FOLDER}/${bucket}/.named/${digest}${ending}`
  await scratch.link(source, name)
  return name
}

/** The compression that a key's ending names. Throws for one that the session cannot read. */
export function compressionOfKey(key: string): 'none' | 'gzip' | 'zstd' {
  if (/\.gz(ip)?$/i.test(key)) return 'gzip'
  if (/\.zstd?$/i.test(key)) return 'zstd'
  const [ending] = /\.(bz2|bzip2|snappy|lz4|lzo|deflate|xz)$/i.exec(key) ?? []
  if (ending) throw unsupported(`Reading objects compressed as ${ending} (${key})`)
  return 'none'
}
