import type { S3Operation } from '../contract.ts'
import { inventoryAnswer } from '../inventory/wire-inventory.ts'
import { INVENTORIES_LIST_MAX } from '../limits.ts'

export const listBucketInventoryConfigurations: S3Operation<'ListBucketInventoryConfigurations'> = {
  name: 'ListBucketInventoryConfigurations',
  async run({ buckets, inventories }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const { ContinuationToken: token } = input
    const after = token && Buffer.from(token, 'base64url').toString()
    const found = await inventories.list(bucket, after, INVENTORIES_LIST_MAX + 1)
    const page = found.slice(0, INVENTORIES_LIST_MAX)
    const isTruncated = found.length > page.length
    return {
      IsTruncated: isTruncated,
      ...(token && { ContinuationToken: token }),
      ...(isTruncated && {
        NextContinuationToken: Buffer.from(page.at(-1)?.id ?? '').toString('base64url'),
      }),
      ...(page.length > 0 && { InventoryConfigurationList: page.map(inventoryAnswer) }),
    }
  },
}
