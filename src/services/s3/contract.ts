import type { Clock } from '../../base/clock.ts'
import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { Permissions } from './access/permissions.ts'
import type { Buckets } from './buckets/buckets.ts'
import type { Encryptions } from './encryption/encryptions.ts'
import type { ChangeKey } from './encryption/key-change.ts'
import type { InventorySettings } from './inventory/inventory-settings.ts'
import type { LifecycleSettings } from './lifecycle/lifecycle-settings.ts'
import type { Restorations } from './lifecycle/restorations.ts'
import type { LifetimeMembers } from './lifecycle/wire-lifetime.ts'
import type { LoggingSettings } from './logging/logging-settings.ts'
import type { NotificationSettings } from './notifications/notification-settings.ts'
import type { Copies } from './objects/copies.ts'
import type { ListObjects } from './objects/object-listing.ts'
import type { Objects } from './objects/objects.ts'
import type { CompleteUpload } from './objects/upload-completion.ts'
import type { Uploads } from './objects/uploads.ts'
import type { Select } from './selection/selection.ts'
import type { ListVersions } from './versions/version-listing.ts'
import type { VersionLocks } from './versions/version-locks.ts'

export type Sdk = typeof import('@aws-sdk/client-s3')

/** The nouns that the operations stand on. */
export interface S3Deps {
  readonly permissions: Permissions
  readonly buckets: Buckets
  readonly objects: Objects
  readonly uploads: Uploads
  readonly completeUpload: CompleteUpload
  readonly copies: Copies
  readonly encryptions: Encryptions
  readonly changeKey: ChangeKey
  /** Whether objects get SSE-S3 where neither caller nor bucket says anything. */
  readonly encryptsByDefault: boolean
  readonly notificationSettings: NotificationSettings
  readonly listObjects: ListObjects
  readonly listVersions: ListVersions
  readonly versionLocks: VersionLocks
  readonly lifecycles: LifecycleSettings
  readonly restorations: Restorations
  readonly loggings: LoggingSettings
  readonly inventories: InventorySettings
  readonly clock: Clock
  readonly select: Select
  readonly lifetimeMembers: LifetimeMembers
  /** A name for a rule that has none. */
  readonly newId: () => string
}

export type S3Operation<Name extends OperationName<Sdk>> = Operation<S3Deps, Sdk, Name>
