import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { assert } from '../../base/assert.ts'
import type { Clock } from '../../base/clock.ts'
import { kmsKeyOf } from '../../base/kms-key.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { ensureKeySecret } from '../../engines/meta/secrets.ts'
import type { OwnedQueue, QueueSettings } from './queue.ts'
import { invalidAttributeValue } from './sqs-errors.ts'

/** Encryption at rest of what is in a message, by the settings that its queue had when it came. */
export interface MessageCipher {
  /** The text as it is for a queue without encryption. */
  seal(queue: Pick<OwnedQueue, 'scope' | 'settings'>, text: string): Promise<Uint8Array>
  open(bytes: Uint8Array): Promise<string>
}

//   sealed = 1 · length of the key's name (2) · the name · period (8) · nonce (12) · tag (16) · AES-256-GCM
//   plain  = JSON, which begins with `{`
const SEALED = 1
const NONCE = 12
const TAG = 16
/** Data keys that are kept; others are derived anew. */
const KEYS_MAX = 100
/** How long a data key of SQS's own encryption is used. */
const OWN_REUSE_SECONDS = 300

export function createMessageCipher(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): MessageCipher {
  const { meta, clock, random } = deps
  const keys = new Map<string, Buffer>()

  /** A data key of one period: a new one each time that the last may not be used again. */
  async function dataKey(name: string, period: Buffer): Promise<Buffer> {
    const id = `${name} ${period.toString('hex')}`
    const known = keys.get(id)
    if (known) return known
    const secret = Buffer.from(await ensureKeySecret(meta, random, name), 'hex')
    const made = Buffer.from(hkdfSync('sha256', secret, period, 'headrace sqs: messages', 32))
    const [oldest] = keys.keys()
    if (keys.size >= KEYS_MAX && oldest !== undefined) keys.delete(oldest)
    keys.set(id, made)
    return made
  }

  return {
    async seal({ scope, settings }, text) {
      const { managedEncryption, kmsKeyId, dataKeySeconds = OWN_REUSE_SECONDS } = settings
      if (kmsKeyId === undefined && !managedEncryption) return Buffer.from(text)
      const name = kmsKeyId === undefined ? ownKeyName(scope) : kmsKeyName(scope, kmsKeyId)
      const period = Buffer.alloc(8)
      period.writeBigUInt64BE(BigInt(Math.floor(clock.wallMs() / 1000 / dataKeySeconds)))
      const head = Buffer.alloc(3)
      head.writeUInt8(SEALED, 0)
      head.writeUInt16BE(Buffer.byteLength(name), 1)
      const nonce = random.bytes(NONCE)
      const header = Buffer.concat([head, Buffer.from(name), period])
      const cipher = createCipheriv('aes-256-gcm', await dataKey(name, period), nonce)
      cipher.setAAD(header)
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([header, nonce, cipher.getAuthTag(), sealed])
    },
    async open(bytes) {
      const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      if (all[0] !== SEALED) return all.toString('utf8')
      const nameEnd = 3 + all.readUInt16BE(1)
      const headerEnd = nameEnd + 8
      const name = all.toString('utf8', 3, nameEnd)
      const nonceEnd = headerEnd + NONCE
      const key = await dataKey(name, all.subarray(nameEnd, headerEnd))
      const decipher = createDecipheriv('aes-256-gcm', key, all.subarray(headerEnd, nonceEnd))
      decipher.setAAD(all.subarray(0, headerEnd))
      decipher.setAuthTag(all.subarray(nonceEnd, nonceEnd + TAG))
      const text = decipher.update(all.subarray(nonceEnd + TAG))
      return Buffer.concat([text, decipher.final()]).toString('utf8')
    },
  }
}

/** Rejects a name that no key of the queue's region can have. */
export function checkEncryptionKey(scope: Scope, { kmsKeyId }: QueueSettings): void {
  const key = kmsKeyId === undefined ? undefined : kmsKeyOf(scope, kmsKeyId)
  if (key && 'problem' in key) throw invalidAttributeValue('KmsMasterKeyId', key.problem)
}

function ownKeyName({ accountId, region }: Scope): string {
  return `sqs/${accountId}/${region}`
}

function kmsKeyName(scope: Scope, keyId: string): string {
  const key = kmsKeyOf(scope, keyId)
  assert(!('problem' in key), 'a queue is given no name that is none of a key')
  return `arn:aws:kms:${scope.region}:${key.accountId}:${key.resource}`
}
