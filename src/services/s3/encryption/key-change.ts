import type { Clock } from '../../../base/clock.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Origin } from '../notifications/event-record.ts'
import { recordOf } from '../objects/object-record.ts'
import type { Objects } from '../objects/objects.ts'
import { invalidRequest, operationAborted } from '../s3-errors.ts'
import { requireUnlocked } from '../versions/object-locks.ts'
import type { Encryptions } from './encryptions.ts'
import type { EncryptionWish } from './object-encryption.ts'

export interface KeyChangeRequest extends Pick<EncryptionWish, 'bucketKey' | 'caller'> {
  readonly versionId?: string | undefined
  readonly keyId: string
  readonly origin: Origin
}

/**
 * Puts a version under another key of KMS; its bytes, time and ETag stay. Throws for a plain one, for
 * one with a key of the caller, and for a locked one.
 */
export type ChangeKey = (bucket: Bucket, key: string, request: KeyChangeRequest) => Promise<void>

export function createKeyChange(deps: {
  readonly objects: Objects
  readonly encryptions: Encryptions
  readonly clock: Clock
}): ChangeKey {
  const { objects, encryptions, clock } = deps
  return async (bucket, key, { versionId, origin, ...wish }) => {
    const { encryption } = recordOf(await objects.head(bucket, key, versionId))
    if (!encryption || encryption.kind === 'customer') throw notChangeable()
    await encryptions.keyOf(bucket, key, encryption, { caller: wish.caller })
    const changed = await encryptions.rewrap(bucket, key, encryption, wish)
    await objects.change(bucket, key, {
      versionId,
      origin,
      change(record) {
        if (record.encryption?.wrappedKey !== encryption.wrappedKey) throw operationAborted()
        requireUnlocked(record, clock.wallMs(), false)
        return { ...record, encryption: changed }
      },
    })
  }
}

function notChangeable() {
  return invalidRequest(
    'The source object must be encrypted with SSE-S3 or SSE-KMS for its encryption to be updated.',
  )
}
