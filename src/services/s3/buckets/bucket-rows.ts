import { EngineError } from '../../../base/errors.ts'
import { encodeKey, encodeKeyPrefix } from '../../../base/ordered-key.ts'
import type { MetaBatch, MetaStore } from '../../../engines/meta/port.ts'
import { BUCKETS_MAX } from '../limits.ts'
import type { Bucket } from './bucket.ts'

const BUCKET = 's3/bucket'
const BUCKET_OF = 's3/bucket-of'
const PAGE = 1_000

export interface BucketPage {
  readonly prefix?: string | undefined
  readonly after?: string | undefined
  readonly limit: number
}

export interface StoredBucket {
  readonly bucket: Bucket
  readonly version: number
}

/** The rows of buckets by name, and of the names that each account has. */
export function createBucketRows(meta: MetaStore) {
  const decode = (value: Uint8Array) => JSON.parse(Buffer.from(value).toString('utf8')) as Bucket

  async function read(name: string): Promise<StoredBucket | undefined> {
    const entry = await meta.get(encodeKey([BUCKET, name]))
    return entry && { bucket: decode(entry.value), version: entry.version }
  }

  return {
    read,

    /** False when the row has another version (0: when there is one). */
    write(bucket: Bucket, version: number): Promise<boolean> {
      const key = encodeKey([BUCKET, bucket.name])
      const owned = encodeKey([BUCKET_OF, bucket.accountId, bucket.name])
      const puts = [{ key, value: Buffer.from(JSON.stringify(bucket)) }]
      if (version === 0) puts.push({ key: owned, value: Buffer.from('1') })
      return tryCommit(meta, { checks: [{ key, version }], puts })
    },

    /** Of this very bucket, not of a later one with its name. */
    async remove({ name, accountId, storeId }: Bucket): Promise<void> {
      const key = encodeKey([BUCKET, name])
      for (;;) {
        const stored = await read(name)
        if (stored?.bucket.storeId !== storeId) return
        const removals = [key, encodeKey([BUCKET_OF, accountId, name])]
        if (await tryCommit(meta, { checks: [{ key, version: stored.version }], removals })) return
      }
    },

    async list(accountId: string, { prefix = '', after, limit }: BucketPage) {
      const head = [BUCKET_OF, accountId]
      const entries = await meta.scan({
        prefix: encodeKeyPrefix(head, prefix),
        limit,
        ...(after !== undefined && { after: encodeKey([...head, after]) }),
      })
      const start = encodeKey(head).length + 1
      const names = entries.map(({ key }) => Buffer.from(key.subarray(start, -1)).toString('utf8'))
      const found = await Promise.all(names.map(read))
      return found.flatMap((stored) => stored?.bucket ?? [])
    },

    async count(accountId: string): Promise<number> {
      const entries = await meta.scan({
        prefix: encodeKey([BUCKET_OF, accountId]),
        limit: BUCKETS_MAX,
      })
      return entries.length
    },

    async everywhere(): Promise<ReadonlyArray<Bucket>> {
      const found: Bucket[] = []
      let after: Uint8Array | undefined
      for (;;) {
        const range = { prefix: encodeKey([BUCKET]), limit: PAGE, ...(after && { after }) }
        const entries = await meta.scan(range)
        found.push(...entries.map(({ value }) => decode(value)))
        after = entries.at(-1)?.key
        if (entries.length < PAGE) return found
      }
    },
  }
}

async function tryCommit(meta: MetaStore, batch: MetaBatch): Promise<boolean> {
  try {
    await meta.commit(batch)
    return true
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'conflict') return false
    throw error
  }
}

export type BucketRows = ReturnType<typeof createBucketRows>
