import type { Cipher } from 'node:crypto'
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { InvariantError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'

const ALGORITHM = 'aes-256-ctr'
const KEY_BYTES = 32
/** The block in which the counter starts: random as a whole, so that no two pieces share a stretch. */
const NONCE_BYTES = 16
const AES_BLOCK_BYTES = 16

export interface PieceCipher {
  /** base64, as pieces keep it. */
  readonly nonce: string
  /** Takes the bytes in their order. */
  update(bytes: Uint8Array): Uint8Array
}

export function createPieceCipher(key: Uint8Array, random: Random): PieceCipher {
  requireKeyLength(key)
  const nonce = Buffer.from(random.bytes(NONCE_BYTES))
  const cipher: Cipher = createCipheriv(ALGORITHM, key, nonce)
  return { nonce: nonce.toString('base64'), update: (bytes) => cipher.update(bytes) }
}

/** The plain bytes of those that lie in a piece from `offset`, a multiple of the AES block. */
export function decipher(
  { nonce, id }: { readonly nonce?: string; readonly id: string },
  key: Uint8Array | undefined,
  bytes: Uint8Array,
  offset: number,
): Uint8Array {
  if (nonce === undefined) return bytes
  if (!key) throw new InvariantError(`piece ${id} is enciphered and is read without a key`)
  requireKeyLength(key)
  const counter = counterAt(Buffer.from(nonce, 'base64'), offset / AES_BLOCK_BYTES)
  return createDecipheriv(ALGORITHM, key, counter).update(bytes)
}

/** The counter is one number of 128 bits and begins again at 0 behind its last value. */
function counterAt(nonce: Buffer, blocks: number): Buffer {
  const counter = Buffer.from(nonce)
  let carry = blocks
  for (let at = NONCE_BYTES - 1; at >= 0 && carry > 0; at--) {
    carry += counter.readUInt8(at)
    counter.writeUInt8(carry % 256, at)
    carry = Math.floor(carry / 256)
  }
  return counter
}

function requireKeyLength(key: Uint8Array): void {
  if (key.length !== KEY_BYTES) throw new InvariantError(`a key has ${KEY_BYTES} bytes`)
}
