import { createCipheriv, createHmac } from 'node:crypto'
import { EngineError } from '../../../base/errors.ts'
import type { PartitionSettings } from '../port.ts'
import type { Partition } from './partition.ts'
import {
  BATCH_HEADER_BYTES,
  LEADER_EPOCH_AT,
  LEADER_EPOCH_BYTES,
  stampKeyNumber,
  storedKeyNumber,
} from './record-batch.ts'

/**
 * Encryption at rest: what the medium has of a batch, in the write-ahead log and in segments.
 *
 * The records are encrypted with AES-256-CTR, the header is not, so that sizes, indexes and recovery
 * are the same. Which key it was (its place in `keyIds`, from 1 on) stands in the field of the leader
 * epoch, which has no other use here. The nonce is a MAC over the partition and the header, with the
 * checksum of the records in it, so that other records get another nonce even at the same offset
 * (after a write that failed, or from compaction).
 *
 * The checksum is that of the plain records and holds only with the right key. It tells damage, not
 * forgery: who can write to the directory is not kept from it.
 */
export interface BatchCipher {
  /** Has the keys at hand from when it resolves. Rejects with `unsupported` where there are none. */
  load(settings: PartitionSettings): Promise<void>
  /** True when `load` would have to wait for a key. */
  needsKeys(settings: PartitionSettings): boolean
  /** The batch as it is stored: with the key that is named, else the one for new batches, if any. */
  seal(partition: Partition, batch: Buffer, keyNumber?: number): Buffer
  /** The plain batch, not yet checked against its checksum. */
  open(partition: Partition, stored: Buffer): Buffer
}

export type KeyOf = (keyId: string) => Promise<Buffer>

interface Keys {
  readonly encryption: Buffer
  readonly nonce: Buffer
}

const KEY_BYTES_MIN = 32
const NONCE_BYTES = 12
const IV_BYTES = 16

export function createCipher(keyOf: KeyOf | undefined): BatchCipher {
  const known = new Map<string, Keys>()

  function keysOf({ id, settings }: Partition, keyNumber: number): Keys {
    const keys = known.get(settings.keyIds?.[keyNumber - 1] ?? '')
    if (keys) return keys
    throw new EngineError('corrupt', `${id.topic}: a batch has an unknown key (${keyNumber})`)
  }

  function transform(partition: Partition, batch: Buffer, keyNumber: number, to: number): Buffer {
    const keys = keysOf(partition, keyNumber)
    const iv = Buffer.alloc(IV_BYTES)
    nonceOf(keys, partition, batch).copy(iv, 0, 0, NONCE_BYTES)
    const cipher = createCipheriv('aes-256-ctr', keys.encryption, iv)
    const head = Buffer.from(batch.subarray(0, BATCH_HEADER_BYTES))
    stampKeyNumber(head, to)
    return Buffer.concat([head, cipher.update(batch.subarray(BATCH_HEADER_BYTES))])
  }

  const missing = ({ keyIds = [] }: PartitionSettings) =>
    keyIds.filter((id) => id !== '' && !known.has(id))

  return {
    needsKeys: (settings) => missing(settings).length > 0,
    async load(settings) {
      for (const id of missing(settings)) {
        if (!keyOf) throw new EngineError('unsupported', 'this log has no keys to encrypt with')
        known.set(id, derive(await keyOf(id)))
      }
    },
    seal(partition, batch, keyNumber = keyNumberOf(partition.settings)) {
      return keyNumber === 0 ? batch : transform(partition, batch, keyNumber, keyNumber)
    },
    open(partition, stored) {
      const keyNumber = storedKeyNumber(stored)
      return keyNumber === 0 ? stored : transform(partition, stored, keyNumber, 0)
    },
  }
}

/** Of the key for new batches; 0 for none. */
function keyNumberOf({ keyIds = [] }: PartitionSettings): number {
  return keyIds.at(-1) ? keyIds.length : 0
}

function derive(secret: Buffer): Keys {
  if (secret.length < KEY_BYTES_MIN) {
    throw new EngineError('invalid', `a key has at least ${KEY_BYTES_MIN} bytes`)
  }
  const keyFor = (use: string) => createHmac('sha256', secret).update(use).digest()
  return { encryption: keyFor('headrace log: records'), nonce: keyFor('headrace log: nonces') }
}

function nonceOf({ nonce }: Keys, { number }: Partition, batch: Buffer): Buffer {
  return createHmac('sha256', nonce)
    .update(`${number}/`)
    .update(batch.subarray(0, LEADER_EPOCH_AT))
    .update(batch.subarray(LEADER_EPOCH_AT + LEADER_EPOCH_BYTES, BATCH_HEADER_BYTES))
    .digest()
}
