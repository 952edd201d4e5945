import type { Clock } from '../../../base/clock.ts'
import { dateOf } from '../../../base/clock.ts'
import type { StoredObject } from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { recordOf } from '../objects/object-record.ts'
import type { Objects } from '../objects/objects.ts'
import { versionIdOf } from '../versions/version-keys.ts'
import { expirationOf } from './lifecycle-rules.ts'
import type { LifecycleSettings } from './lifecycle-settings.ts'
import { restorationState } from './storage-classes.ts'

/**
 * What headers say of an object's future: `x-amz-expiration` and `x-amz-restore`. Of versions, only the
 * newest says when it expires.
 */
export type LifetimeMembers = (
  bucket: Bucket,
  object: StoredObject,
) => Promise<{ readonly Expiration?: string; readonly Restore?: string }>

export function createLifetimeMembers(deps: {
  readonly lifecycles: LifecycleSettings
  readonly objects: Objects
  readonly clock: Clock
  readonly dayMs: number
}): LifetimeMembers {
  const { lifecycles, objects, clock, dayMs } = deps

  async function isNewest(bucket: Bucket, object: StoredObject): Promise<boolean> {
    if (!bucket.versioning) return true
    const newest = await objects.find(bucket, object.key)
    return newest !== undefined && versionIdOf(recordOf(newest)) === versionIdOf(recordOf(object))
  }

  return async (bucket, object) => {
    const configuration = await lifecycles.find(bucket)
    const due = configuration && expirationOf(configuration, object, dayMs)
    const expiration = due && (await isNewest(bucket, object)) ? due : undefined
    const restored = restorationState(recordOf(object), clock.wallMs())
    return {
      ...(expiration && {
        Expiration: `expiry-date="${httpDate(expiration.atMs)}", rule-id="${encodeURIComponent(expiration.ruleId)}"`,
      }),
      ...(restored?.state === 'ongoing' && { Restore: 'ongoing-request="true"' }),
      ...(restored?.state === 'restored' && {
        Restore: `ongoing-request="false", expiry-date="${httpDate(restored.restoration.expiresMs)}"`,
      }),
    }
  }
}

function httpDate(ms: number): string {
  return dateOf(ms).toUTCString()
}
