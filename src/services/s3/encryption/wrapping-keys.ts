import { hkdfSync } from 'node:crypto'
import type { Random } from '../../../base/random.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { ensureKeySecret } from '../../../engines/meta/secrets.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { WRAPPING_KEYS_MAX } from '../limits.ts'
import { KEY_BYTES } from './key-wrapping.ts'
import type { KmsEncryption } from './object-encryption.ts'

/**
 * The keys that data keys are enciphered with. They are made when they are first used, stay the same
 * ever after, and are shared by all nodes on one store.
 */
export function createWrappingKeys(deps: { readonly meta: MetaStore; readonly random: Random }) {
  const { meta, random } = deps
  const known = new Map<string, Promise<Buffer>>()

  async function derive(secretId: string, use: string): Promise<Buffer> {
    const secret = Buffer.from(await ensureKeySecret(meta, random, secretId), 'hex')
    return Buffer.from(hkdfSync('sha256', secret, '', use, KEY_BYTES))
  }

  /** Read once, not with every request; the oldest are forgotten. */
  function key(secretId: string, use: string): Promise<Buffer> {
    const id = `${use} ${secretId}`
    const there = known.get(id)
    if (there !== undefined) return there
    const made = derive(secretId, use)
    made.catch(() => known.delete(id))
    const [oldest] = known.keys()
    if (known.size >= WRAPPING_KEYS_MAX && oldest !== undefined) known.delete(oldest)
    known.set(id, made)
    return made
  }

  return {
    /** One a bucket, for the more often one key enciphers, the weaker its cipher is. */
    ofServer: ({ storeId }: Bucket): Promise<Buffer> =>
      key('s3/object-encryption', `s3 bucket ${storeId}`),

    ofKms({ keyArn, bucketKey }: Omit<KmsEncryption, 'wrappedKey'>, { storeId }: Bucket) {
      return key(keyArn, bucketKey ? `s3 bucket ${storeId}` : 's3 objects')
    },
  }
}

export type WrappingKeys = ReturnType<typeof createWrappingKeys>
