import type { Scope } from '../../base/scope.ts'
import type { BucketAccess } from './bucket-access.ts'
import type { NotificationRule } from './notification-rules.ts'
import type { Tags } from './tags.ts'

/** A bucket as it is kept. Names are one space over all accounts and regions, as on AWS. */
export interface Bucket extends Scope {
  readonly name: string
  readonly createdMs: number
  /** Names its objects in the object store. New for every creation, so nothing old ever shows. */
  readonly storeId: string
  /** A bucket is closed while its removal looks whether it is empty. */
  readonly state: 'open' | 'closing'
  readonly tags: Tags
  readonly notificationRules: ReadonlyArray<NotificationRule>
  readonly access?: BucketAccess
  /** Whether every event goes to the default event bus as well; absent: no. */
  readonly eventBridge?: boolean
}

/** Where in the object store the parts of a bucket lie. */
export function objectsOf({ storeId }: Pick<Bucket, 'storeId'>): string {
  return storeId
}

/** Uploads that are under way: empty objects, whose key is the object's, a zero byte, the upload's id. */
export function uploadsOf({ storeId }: Bucket): string {
  return `${storeId}/uploads`
}

/** Keys are the upload's id, a slash and the part's number. */
export function partsOf({ storeId }: Bucket): string {
  return `${storeId}/parts`
}
