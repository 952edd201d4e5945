import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { Buckets } from './buckets.ts'
import type { Copies } from './copies.ts'
import type { LifecycleSettings } from './lifecycle-settings.ts'
import type { NotificationSettings } from './notification-settings.ts'
import type { ListObjects } from './object-listing.ts'
import type { Objects } from './objects.ts'
import type { Restorations } from './restorations.ts'
import type { Select } from './selection.ts'
import type { CompleteUpload } from './upload-completion.ts'
import type { Uploads } from './uploads.ts'
import type { LifetimeMembers } from './wire-lifetime.ts'

export type Sdk = typeof import('@aws-sdk/client-s3')

/** The nouns that the operations stand on. */
export interface S3Deps {
  readonly buckets: Buckets
  readonly objects: Objects
  readonly uploads: Uploads
  readonly completeUpload: CompleteUpload
  readonly copies: Copies
  readonly notificationSettings: NotificationSettings
  readonly listObjects: ListObjects
  readonly lifecycles: LifecycleSettings
  readonly restorations: Restorations
  readonly select: Select
  readonly lifetimeMembers: LifetimeMembers
  /** A name for a rule that has none. */
  readonly newId: () => string
}

export type S3Operation<Name extends OperationName<Sdk>> = Operation<S3Deps, Sdk, Name>
