import { ServiceError } from '../../base/errors.ts'
import { kmsKeyOf } from '../../base/kms-key.ts'
import { DAY_MS, ENCRYPTION_CHANGES_MAX, ENCRYPTION_CHANGES_PER_DAY } from './limits.ts'
import type { EncryptionChange, Stream, StreamKey } from './stream.ts'
import { limitExceeded } from './stream-errors.ts'

/** The ARN of a key in any of the forms that AWS takes. Throws `KMSNotFoundException` for what is none. */
export function keyArnOf({ accountId, region }: StreamKey, keyId: string): string {
  const key = kmsKeyOf({ accountId, region }, keyId)
  if ('problem' in key) throw new ServiceError('KMSNotFoundException', key.problem)
  return `arn:aws:kms:${region}:${key.accountId}:${key.resource}`
}

/** What is written from now on is encrypted so; undefined: not at all. */
export function encryptionOf({ encryptions = [] }: Stream): EncryptionChange | undefined {
  const last = encryptions.at(-1)
  return last?.keyId ? last : undefined
}

/** How a record that arrived then was written, in AWS's word. */
export function encryptionTypeAt({ encryptions }: Stream, arrivalMs: number): 'KMS' | 'NONE' {
  if (!encryptions) return 'NONE'
  const change = encryptions.findLast(
    ({ sinceMs = Number.POSITIVE_INFINITY }) => sinceMs <= arrivalMs,
  )
  return change?.keyId ? 'KMS' : 'NONE'
}

/** Throws `LimitExceededException` for a change too many within a day, or at all. */
export function withEncryption(
  key: StreamKey,
  stream: Stream,
  change: EncryptionChange,
): Pick<Stream, 'encryptions' | 'status'> {
  const { encryptions = [] } = stream
  const dayAgoMs = change.requestedMs - DAY_MS
  const recent = encryptions.filter(({ requestedMs }) => requestedMs > dayAgoMs)
  const sameKind = recent.filter(({ keyId }) => (keyId === '') === (change.keyId === ''))
  if (sameKind.length >= ENCRYPTION_CHANGES_PER_DAY) {
    throw limitExceeded(
      `Stream ${key.name} under account ${key.accountId} cannot change its encryption more than ` +
        `${ENCRYPTION_CHANGES_PER_DAY} times in a rolling period of 24 hours.`,
    )
  }
  if (encryptions.length >= ENCRYPTION_CHANGES_MAX) {
    throw limitExceeded(
      `Stream ${key.name} under account ${key.accountId} cannot change its encryption more than ` +
        `${ENCRYPTION_CHANGES_MAX} times.`,
    )
  }
  return { encryptions: [...encryptions, change], status: 'UPDATING' }
}

/** The log has done the last change. */
export function withEncryptionSince(stream: Stream, sinceMs: number): Stream {
  const last = stream.encryptions?.at(-1)
  if (!stream.encryptions || !last || last.sinceMs !== undefined) return stream
  return { ...stream, encryptions: [...stream.encryptions.slice(0, -1), { ...last, sinceMs }] }
}
