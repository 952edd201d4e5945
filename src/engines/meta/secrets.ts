import { EngineError } from '../../base/errors.ts'
import { encodeKey } from '../../base/ordered-key.ts'
import type { Random } from '../../base/random.ts'
import type { MetaStore } from './port.ts'

const ROOT_KEY = encodeKey(['meta/root-secret'])

/** The secret of this data directory, made at its first start; all nodes on one store share it. */
export function ensureSecret(meta: MetaStore, random: Random): Promise<string> {
  return ensure(meta, random, ROOT_KEY)
}

/** A secret of its own for each id, made when it is first asked for and the same ever after. */
export function ensureKeySecret(meta: MetaStore, random: Random, keyId: string): Promise<string> {
  return ensure(meta, random, encodeKey(['meta/key-secret', keyId]))
}

/** A secret that `make` makes, such as a key pair: made when first asked for, the same ever after. */
export function ensureKept(
  meta: MetaStore,
  id: string,
  make: () => Promise<string>,
): Promise<string> {
  return ensureMade(meta, encodeKey(['meta/kept-secret', id]), make)
}

function ensure(meta: MetaStore, random: Random, key: Uint8Array): Promise<string> {
  return ensureMade(meta, key, async () => random.bytes(32).toString('hex'))
}

async function ensureMade(
  meta: MetaStore,
  key: Uint8Array,
  make: () => Promise<string>,
): Promise<string> {
  const there = await meta.get(key)
  if (there) return Buffer.from(there.value).toString('utf8')
  const secret = await make()
  try {
    await meta.commit({
      checks: [{ key, version: 0 }],
      puts: [{ key, value: Buffer.from(secret) }],
    })
    return secret
  } catch (error) {
    if (!(error instanceof EngineError && error.kind === 'conflict')) throw error
    return ensureMade(meta, key, make)
  }
}
