import type { Scope } from '../../../base/scope.ts'
import type { BucketAccess } from '../access/bucket-access.ts'
import type { BucketEncryption } from '../encryption/object-encryption.ts'
import type { NotificationRule } from '../notifications/notification-rules.ts'
import type { RetentionMode } from '../objects/object-record.ts'
import type { ReplicationConfiguration } from '../replication/replication-rules.ts'
import type { Tags } from '../tags.ts'
import type { Website } from '../website/website.ts'

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
  /** Absent: it never had versions. */
  readonly versioning?: 'Enabled' | 'Suspended'
  readonly objectLock?: ObjectLock
  /** Absent: it is no web site. */
  readonly website?: Website
  readonly replication?: ReplicationConfiguration
  /** Whether strangers pay for what they ask; absent: the owner does. */
  readonly requesterPays?: boolean
  /** Whether accelerated endpoints serve it; absent: never said. */
  readonly acceleration?: 'Enabled' | 'Suspended'
  /** What objects get that say nothing of their own; absent: what the server does. */
  readonly encryption?: BucketEncryption
}

/** Makes it possible to lock versions; never taken off. */
export interface ObjectLock {
  /** What a version gets that says nothing of its own. */
  readonly defaultRetention?: {
    readonly mode: RetentionMode
    readonly period: { readonly days: number } | { readonly years: number }
  }
}

/** Where in the object store the parts of a bucket lie. */
export function objectsOf({ storeId }: Pick<Bucket, 'storeId'>): string {
  return storeId
}

/** Versions that are not the current object, and delete markers; see `version-keys.ts`. */
export function versionsOf({ storeId }: Pick<Bucket, 'storeId'>): string {
  return `${storeId}/versions`
}

/** Copies from other buckets on their way to their place. */
export function arrivalsOf({ storeId }: Pick<Bucket, 'storeId'>): string {
  return `${storeId}/arrivals`
}

/** Uploads that are under way: empty objects, whose key is the object's, a zero byte, the upload's id. */
export function uploadsOf({ storeId }: Bucket): string {
  return `${storeId}/uploads`
}

/** Keys are the upload's id, a slash and the part's number. */
export function partsOf({ storeId }: Bucket): string {
  return `${storeId}/parts`
}
