import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from '../../../base/random.ts'

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
export const KEY_BYTES = 32

/**
 * The data key, enciphered with `wrapper` (AES-256-GCM): base64 of nonce, cipher text and tag. It
 * opens with the same wrapper and the same `binding` only.
 */
export function wrapKey(
  dataKey: Uint8Array,
  wrapper: Uint8Array,
  binding: string,
  random: Random,
): string {
  const nonce = random.bytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, wrapper, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(binding))
  const sealed = [nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]
  return Buffer.concat(sealed).toString('base64')
}

/** Undefined when the wrapper or the binding is another one, or when a bit has changed. */
export function unwrapKey(
  wrapped: string,
  wrapper: Uint8Array,
  binding: string,
): Buffer | undefined {
  const bytes = Buffer.from(wrapped, 'base64')
  if (wrapper.length !== KEY_BYTES) return undefined
  if (bytes.length !== NONCE_BYTES + KEY_BYTES + TAG_BYTES) return undefined
  const nonce = bytes.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv(ALGORITHM, wrapper, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(binding))
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES + KEY_BYTES))
  try {
    const dataKey = decipher.update(bytes.subarray(NONCE_BYTES, NONCE_BYTES + KEY_BYTES))
    return Buffer.concat([dataKey, decipher.final()])
  } catch {
    return undefined
  }
}
