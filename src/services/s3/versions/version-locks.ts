import type { Clock } from '../../../base/clock.ts'
import type { StoredObject } from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Origin } from '../notifications/event-record.ts'
import type { Retention } from '../objects/object-record.ts'
import type { Objects } from '../objects/objects.ts'
import { requireLockable, requireLockConfiguration, withRetention } from './object-locks.ts'

interface LockRequest {
  readonly versionId?: string | undefined
  readonly origin: Origin
}

/** The locks of versions that are there. */
export interface VersionLocks {
  /** Undefined takes it off. Throws `AccessDenied` where that would weaken a lock that holds. */
  setRetention(
    bucket: Bucket,
    key: string,
    retention: Retention | undefined,
    request: LockRequest & { readonly bypassesGovernance: boolean },
  ): Promise<void>
  setLegalHold(bucket: Bucket, key: string, isHeld: boolean, request: LockRequest): Promise<void>
  /** Throws `InvalidRequest` when the bucket locks nothing. */
  head(bucket: Bucket, key: string, versionId?: string): Promise<StoredObject>
}

export function createVersionLocks(deps: {
  readonly objects: Objects
  readonly clock: Clock
}): VersionLocks {
  const { objects, clock } = deps
  return {
    async setRetention(bucket, key, retention, { bypassesGovernance, ...request }) {
      requireLockConfiguration(bucket)
      const nowMs = clock.wallMs()
      requireLockable(bucket, { retention }, nowMs)
      await objects.change(bucket, key, {
        ...request,
        isReplicated: true,
        change: (record) => withRetention(record, retention, { nowMs, bypassesGovernance }),
      })
    },

    async setLegalHold(bucket, key, isHeld, request) {
      requireLockConfiguration(bucket)
      await objects.change(bucket, key, {
        ...request,
        isReplicated: true,
        change: (record) => ({ ...record, legalHold: isHeld }),
      })
    },

    async head(bucket, key, versionId) {
      requireLockConfiguration(bucket)
      return objects.head(bucket, key, versionId)
    },
  }
}
