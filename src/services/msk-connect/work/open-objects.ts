import { pipeline, Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createGzip, gzip } from 'node:zlib'
import type { Scope } from '../../../base/scope.ts'
import type { ObjectAccess } from '../../s3/objects/object-access.ts'
import { objectKey } from '../sink/object-key.ts'
import type { SinkSettings } from '../sink/settings.ts'
import type { Spool, SpoolFile } from './spool.ts'

/** The objects of one partition that are being filled: one for each folder, with the offset it begins at. */
export interface OpenObjects {
  /** Records in all of them. */
  recordCount(): number
  objectCount(): number
  has(path: string): boolean
  add(path: string, offset: number, bytes: Buffer): Promise<void>
  /** Durable and visible when resolved; may be done again, and writes the same objects again. */
  write(target: ObjectTarget): Promise<void>
  /** Forgets all that was added. */
  clear(): Promise<void>
}

export interface ObjectTarget {
  readonly objects: ObjectAccess
  readonly scope: Scope
  readonly settings: SinkSettings
  readonly topic: string
  readonly partition: number
}

interface OpenObject {
  readonly startOffset: number
  readonly file: SpoolFile
}

/** Objects that are on their way at the same time. */
const TOGETHER = 4
const compress = promisify(gzip)

export function createOpenObjects(spool: Spool, fileMemoryBytes: number): OpenObjects {
  const open = new Map<string, OpenObject>()
  let records = 0
  return {
    recordCount: () => records,
    objectCount: () => open.size,
    has: (path) => open.has(path),
    async add(path, offset, bytes) {
      const object = open.get(path) ?? { startOffset: offset, file: spool.create(fileMemoryBytes) }
      open.set(path, object)
      records += 1
      await object.file.append(bytes)
    },
    async write(target) {
      const all = [...open]
      for (let at = 0; at < all.length; at += TOGETHER) {
        await Promise.all(
          all.slice(at, at + TOGETHER).map(([path, object]) => put(target, path, object)),
        )
      }
    },
    async clear() {
      const all = [...open.values()]
      open.clear()
      records = 0
      for (const { file } of all) await file.drop()
    },
  }
}

async function put(target: ObjectTarget, path: string, object: OpenObject): Promise<void> {
  const { objects, scope, settings, topic, partition } = target
  const { startOffset, file } = object
  const key = objectKey(settings.naming, { topic, partition, path, startOffset })
  const body = await compressed(file.body(), settings.gzipLevel)
  await objects.put(scope, { bucket: settings.bucket, key, body })
}

async function compressed(body: Buffer | Readable, level: number | undefined) {
  if (level === undefined) return body
  if (!(body instanceof Readable)) return compress(body, { level })
  // A failure on either side destroys both, and whoever reads the result is told.
  return pipeline(body, createGzip({ level }), () => undefined)
}
