import type { S3Operation } from '../contract.ts'
import { unservedOnRead } from '../wire-object.ts'
import { checkRead, readMembers, selectRange } from '../wire-read.ts'

export const headObject: S3Operation<'HeadObject'> = {
  name: 'HeadObject',
  refuses: [...unservedOnRead],
  async run({ buckets, objects, lifetimeMembers }, input, { accountId }) {
    checkRead(input)
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const object = await objects.head(bucket, input.Key)
    return {
      ...readMembers({ object, range: selectRange(object, input) }, input),
      ...(await lifetimeMembers(bucket, object)),
    }
  },
}
