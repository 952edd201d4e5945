import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { ensureKeySecret } from '../../../engines/meta/secrets.ts'

/** Enciphers what must not lie in the store as it is, under a key of the account's own. */
export interface Seal {
  close(scope: Scope, value: object): Promise<string>
  /** Throws for what was not closed by this seal, or was changed since. */
  open<T>(scope: Scope, sealed: string): Promise<T>
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

export function createSeal({
  meta,
  random,
}: {
  readonly meta: MetaStore
  readonly random: Random
}) {
  const keyOf = async ({ accountId }: Scope) =>
    Buffer.from(await ensureKeySecret(meta, random, `events/connections/${accountId}`), 'hex')

  const seal: Seal = {
    async close(scope, value) {
      const nonce = random.bytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', await keyOf(scope), nonce)
      const text = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64')
    },
    async open<T>(scope: Scope, sealed: string) {
      const bytes = Buffer.from(sealed, 'base64')
      const nonce = bytes.subarray(0, NONCE_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', await keyOf(scope), nonce)
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      const text = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES))
      return JSON.parse(Buffer.concat([text, decipher.final()]).toString('utf8')) as T
    },
  }
  return seal
}
