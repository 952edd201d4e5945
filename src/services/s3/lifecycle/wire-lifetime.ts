import type { Clock } from '../../../base/clock.ts'
import { dateOf } from '../../../base/clock.ts'
import type { StoredObject } from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { recordOf } from '../objects/object-record.ts'
import { expirationOf } from './lifecycle-rules.ts'
import type { LifecycleSettings } from './lifecycle-settings.ts'
import { restorationState } from './storage-classes.ts'

/** What headers say of an object's future: `x-amz-expiration` and `x-amz-restore`. */
export type LifetimeMembers = (
  bucket: Bucket,
  object: StoredObject,
) => Promise<{ readonly Expiration?: string; readonly Restore?: string }>

export function createLifetimeMembers(deps: {
  readonly lifecycles: LifecycleSettings
  readonly clock: Clock
  readonly dayMs: number
}): LifetimeMembers {
  const { lifecycles, clock, dayMs } = deps
  return async (bucket, object) => {
    const configuration = await lifecycles.find(bucket)
    const expiration = configuration && expirationOf(configuration, object, dayMs)
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
