import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { INVENTORIES_MAX } from '../limits.ts'
import { tooManyConfigurations } from '../s3-errors.ts'
import type { InventoryColumn } from './inventory-columns.ts'

/** A list of what is in a bucket, to be made again and again. */
export interface InventoryConfiguration {
  readonly id: string
  readonly isEnabled: boolean
  readonly prefix?: string
  readonly versions: 'All' | 'Current'
  readonly fields: ReadonlyArray<InventoryColumn>
  readonly frequency: 'Daily' | 'Weekly'
  readonly destination: InventoryDestination
}

export interface InventoryDestination {
  readonly bucketName: string
  readonly prefix?: string
  readonly account?: string
  readonly format: 'CSV' | 'Parquet'
  readonly encryption?: { readonly algorithm: 'AES256' | 'aws:kms'; readonly keyId?: string }
}

/** An inventory and when it is to be made next. */
export interface PlannedInventory {
  readonly bucketName: string
  readonly storeId: string
  readonly configuration: InventoryConfiguration
  readonly dueMs: number
}

export interface InventorySettings {
  find(bucket: Bucket, id: string): Promise<InventoryConfiguration | undefined>
  /** Throws `TooManyConfigurations`. It is due at once. */
  replace(bucket: Bucket, configuration: InventoryConfiguration, nowMs: number): Promise<void>
  /** False when there is none. */
  remove(bucket: Bucket, id: string): Promise<boolean>
  /** In order of the id. */
  list(
    bucket: Bucket,
    after: string | undefined,
    limit: number,
  ): Promise<ReadonlyArray<InventoryConfiguration>>
  /** Every one of every bucket; those of removed buckets are among them. */
  everywhere(): AsyncIterable<PlannedInventory & InventoryChanges>
}

export interface InventoryChanges {
  /** Unless the configuration has changed meanwhile. */
  postpone(dueMs: number): Promise<void>
  forget(): Promise<void>
}

export function createInventorySettings({ meta }: { readonly meta: MetaStore }): InventorySettings {
  const settings = createDocuments<PlannedInventory>(meta, 's3/inventory')
  // The store's id is new for every bucket, so that a later one of the name does not inherit.
  const idOf = ({ storeId }: Bucket, id: string) => [storeId, id]

  async function list(bucket: Bucket, after: string | undefined, limit: number) {
    const under = [bucket.storeId]
    const page = await settings.list(bucket, {
      under,
      limit,
      ...(after !== undefined && { after: [after] }),
    })
    return page.map(({ value }) => value.configuration)
  }

  return {
    async find(bucket, id) {
      return (await settings.get(bucket, ...idOf(bucket, id)))?.configuration
    },
    async replace(bucket, configuration, nowMs) {
      const { name: bucketName, storeId } = bucket
      const { id } = configuration
      const isNew = (await settings.get(bucket, ...idOf(bucket, id))) === undefined
      if (isNew && (await list(bucket, undefined, INVENTORIES_MAX)).length >= INVENTORIES_MAX) {
        throw tooManyConfigurations()
      }
      const planned = { bucketName, storeId, configuration, dueMs: nowMs }
      await settings.put(bucket, idOf(bucket, id), planned)
    },
    remove: (bucket, id) => settings.remove(bucket, ...idOf(bucket, id)),
    list,
    async *everywhere() {
      for await (const { scope, id, value } of settings.everywhere()) {
        const seen = JSON.stringify(value)
        yield {
          ...value,
          async postpone(dueMs) {
            await settings.update(scope, id, (now) =>
              JSON.stringify(now) === seen ? { ...now, dueMs } : now,
            )
          },
          async forget() {
            await settings.remove(scope, ...id)
          },
        }
      }
    },
  }
}
