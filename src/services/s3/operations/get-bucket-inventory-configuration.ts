import type { S3Operation } from '../contract.ts'
import { inventoryAnswer } from '../inventory/wire-inventory.ts'
import { noSuchConfiguration } from '../s3-errors.ts'

export const getBucketInventoryConfiguration: S3Operation<'GetBucketInventoryConfiguration'> = {
  name: 'GetBucketInventoryConfiguration',
  async run({ buckets, inventories }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const found = await inventories.find(bucket, input.Id)
    if (!found) throw noSuchConfiguration()
    return { InventoryConfiguration: inventoryAnswer(found) }
  },
}
