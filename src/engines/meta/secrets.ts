import { EngineError } from '../../base/errors.ts'
import { encodeKey } from '../../base/ordered-key.ts'
import type { Random } from '../../base/random.ts'
import type { MetaStore } from './port.ts'

const KEY = encodeKey(['meta/root-secret'])

/** The secret of this data directory, made at its first start; all nodes on one store share it. */
export async function ensureSecret(meta: MetaStore, random: Random): Promise<string> {
  const there = await meta.get(KEY)
  if (there) return Buffer.from(there.value).toString('utf8')
  const secret = random.bytes(32).toString('hex')
  try {
    await meta.commit({
      checks: [{ key: KEY, version: 0 }],
      puts: [{ key: KEY, value: Buffer.from(secret) }],
    })
    return secret
  } catch (error) {
    if (!(error instanceof EngineError && error.kind === 'conflict')) throw error
    return ensureSecret(meta, random)
  }
}
