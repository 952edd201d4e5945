import type { S3Operation } from '../contract.ts'
import { inventoryOf } from '../inventory/wire-inventory.ts'
import { malformedXml, notFound } from '../s3-errors.ts'

export const putBucketInventoryConfiguration: S3Operation<'PutBucketInventoryConfiguration'> = {
  name: 'PutBucketInventoryConfiguration',
  async run({ buckets, inventories, clock }, input, { accountId }) {
    if (!input.InventoryConfiguration) throw malformedXml()
    const configuration = inventoryOf(input.Id, input.InventoryConfiguration)
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const target = await buckets.look(configuration.destination.bucketName)
    if (!target) {
      throw notFound('NoSuchBucket', 'The specified bucket does not exist', {
        BucketName: configuration.destination.bucketName,
      })
    }
    await inventories.replace(bucket, configuration, clock.wallMs())
    return {}
  },
}
