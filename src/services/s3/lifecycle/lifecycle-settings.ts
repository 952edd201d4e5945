import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { LifecycleConfiguration } from './lifecycle-rules.ts'

/** The lifecycle of each bucket that has one. */
export interface LifecycleSettings {
  find(bucket: Bucket): Promise<LifecycleConfiguration | undefined>
  replace(bucket: Bucket, configuration: LifecycleConfiguration): Promise<void>
  remove(bucket: Bucket): Promise<void>
  /**
   * Every bucket that has a lifecycle, in an order that stays, from behind the one of this place.
   * Those of removed buckets are among them.
   */
  everywhere(): AsyncIterable<LifecycleEntry>
}

export interface LifecycleEntry {
  readonly bucketName: string
  readonly storeId: string
  readonly configuration: LifecycleConfiguration
  forget(): Promise<void>
}

export function createLifecycleSettings({ meta }: { readonly meta: MetaStore }): LifecycleSettings {
  const settings = createDocuments<LifecycleConfiguration>(meta, 's3/lifecycle')
  // The store's id is new for every bucket, so that a later one of the name does not inherit.
  const idOf = ({ name, storeId }: Bucket) => [name, storeId] as const
  return {
    find: (bucket) => settings.getShared(bucket, ...idOf(bucket)),
    replace: (bucket, configuration) => settings.put(bucket, idOf(bucket), configuration),
    async remove(bucket) {
      await settings.remove(bucket, ...idOf(bucket))
    },
    async *everywhere() {
      for await (const { scope, id, value } of settings.everywhere()) {
        yield {
          bucketName: String(id[0]),
          storeId: String(id[1]),
          configuration: value,
          async forget() {
            await settings.remove(scope, ...id)
          },
        }
      }
    },
  }
}
