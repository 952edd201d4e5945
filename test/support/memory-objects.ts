import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Clock } from '../../src/base/clock.ts'
import { ServiceError } from '../../src/base/errors.ts'
import type { ObjectAccess, ObjectSummary } from '../../src/services/s3/objects/object-access.ts'

/** The object store in memory, for unit tests of nouns: any bucket is there; local files are copies. */
export function createMemoryObjects(clock: Clock): ObjectAccess & {
  /** `s3://bucket/key` of every object. */
  keys(): string[]
  text(path: string): string
} {
  const entries = new Map<string, { summary: ObjectSummary; body: Buffer }>()
  const directory = mkdtempSync(join(tmpdir(), 'headrace-objects-'))
  let copies = 0
  const nameOf = (bucket: string, key: string) => `s3://${bucket}/${key}`

  function find(bucket: string, key: string) {
    const entry = entries.get(nameOf(bucket, key))
    if (!entry) throw new ServiceError('NoSuchKey', 'The specified key does not exist.')
    return entry
  }

  function under(bucket: string, prefix: string) {
    return [...entries]
      .filter(([name]) => name.startsWith(nameOf(bucket, prefix)))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { summary }]) => summary)
  }

  return {
    keys: () => [...entries.keys()].sort(),
    text: (path) => entries.get(path)?.body.toString('utf8') ?? '',
    async put(_scope, { bucket, key, body, storageClass = 'STANDARD' }) {
      const bytes = await bytesOf(body)
      const etag = `"${createHash('md5').update(bytes).digest('hex')}"`
      const summary = {
        key,
        sizeBytes: bytes.length,
        modifiedMs: clock.wallMs(),
        etag,
        storageClass,
      }
      entries.set(nameOf(bucket, key), { summary, body: bytes })
      return summary
    },
    get: async (_scope, bucket, key) => find(bucket, key),
    head: async (_scope, bucket, key) => entries.get(nameOf(bucket, key))?.summary,
    async remove(_scope, bucket, key) {
      entries.delete(nameOf(bucket, key))
    },
    async *list(_scope, bucket, prefix) {
      yield* under(bucket, prefix)
    },
    async listLevel(_scope, bucket, prefix) {
      const all = under(bucket, prefix)
      const rest = (key: string) => key.slice(prefix.length)
      const deeper = all.filter(({ key }) => rest(key).includes('/'))
      return {
        prefixes: [...new Set(deeper.map(({ key }) => `${prefix}${rest(key).split('/')[0]}/`))],
        objects: all.filter((summary) => !deeper.includes(summary)),
      }
    },
    async localFile(_scope, bucket, key) {
      const path = join(directory, String(copies++))
      writeFileSync(path, find(bucket, key).body)
      return { path, release: () => undefined }
    },
    bucketExists: async () => true,
  }
}

async function bytesOf(body: Readable | Uint8Array | { readonly path: string }): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body)
  if ('path' in body && typeof body.path === 'string') return readFileSync(body.path)
  const chunks: Uint8Array[] = []
  for await (const chunk of body as Readable) chunks.push(chunk)
  return Buffer.concat(chunks)
}
