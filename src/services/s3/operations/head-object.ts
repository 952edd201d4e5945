import type { S3Operation } from '../contract.ts'
import { unservedOnRead, versionMember } from '../objects/wire-object.ts'
import { checkRead, readMembers, selectRange } from '../objects/wire-read.ts'

export const headObject: S3Operation<'HeadObject'> = {
  name: 'HeadObject',
  refuses: [...unservedOnRead],
  async run({ buckets, objects, lifetimeMembers }, input, { accountId }) {
    checkRead(input)
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const object = await objects.head(bucket, input.Key, input.VersionId)
    return {
      ...readMembers({ object, range: selectRange(object, input) }, input),
      ...versionMember(bucket, object),
      ...(await lifetimeMembers(bucket, object)),
    }
  },
}
