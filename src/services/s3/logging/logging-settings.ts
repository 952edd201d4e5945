import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { Bucket } from '../buckets/bucket.ts'

/** Where the requests to a bucket are written down, and under which keys. */
export interface LoggingConfiguration {
  readonly targetBucket: string
  readonly targetPrefix: string
  /** Absent: keys begin with the prefix and go on with the time. */
  readonly partitionedBy?: 'EventTime' | 'DeliveryTime'
  /** Whether the caller named the simple form, which is so anyway. */
  readonly saysSimple?: boolean
}

/** A bucket whose requests are written down. */
export interface LoggedBucket extends Pick<Bucket, 'name' | 'storeId' | 'accountId' | 'region'> {
  readonly logging: LoggingConfiguration
}

export interface LoggingSettings {
  find(bucket: Bucket): Promise<LoggingConfiguration | undefined>
  /** Undefined: no longer. */
  replace(bucket: Bucket, logging: LoggingConfiguration | undefined): Promise<void>
  /** What is known in memory, for every request: as of the last `refresh`. */
  known(bucketName: string): LoggedBucket | undefined
  refresh(): Promise<void>
}

export function createLoggingSettings({ meta }: { readonly meta: MetaStore }): LoggingSettings {
  const settings = createDocuments<LoggedBucket>(meta, 's3/logging')
  let logged: ReadonlyMap<string, LoggedBucket> = new Map()

  async function refresh(): Promise<void> {
    const found = new Map<string, LoggedBucket>()
    for await (const { value } of settings.everywhere()) found.set(value.name, value)
    logged = found
  }

  return {
    async find(bucket) {
      const found = await settings.get(bucket, bucket.name)
      // A later bucket of the name does not inherit.
      return found?.storeId === bucket.storeId ? found.logging : undefined
    },
    async replace(bucket, logging) {
      const { name, storeId, accountId, region } = bucket
      if (logging) {
        await settings.put(bucket, [name], { name, storeId, accountId, region, logging })
      } else {
        await settings.remove(bucket, name)
      }
      await refresh()
    },
    known: (bucketName) => logged.get(bucketName),
    refresh,
  }
}
