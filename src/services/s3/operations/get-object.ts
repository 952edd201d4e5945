import type { ByteRange, StoredObject } from '../../../engines/objects/port.ts'
import type { S3Operation } from '../contract.ts'
import { unservedOnRead, versionMember } from '../objects/wire-object.ts'
import { checkRead, readMembers, selectRange } from '../objects/wire-read.ts'

export const getObject: S3Operation<'GetObject'> = {
  name: 'GetObject',
  refuses: [...unservedOnRead],
  async run({ buckets, objects, lifetimeMembers }, input, { accountId }) {
    checkRead(input)
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    let range: ByteRange | undefined
    const select = (found: StoredObject) => {
      range = selectRange(found, input)
      return range
    }
    const { object, body } = await objects.open(bucket, input.Key, select, input.VersionId)
    return {
      ...readMembers({ object, range }, input),
      ...versionMember(bucket, object),
      ...(await lifetimeMembers(bucket, object)),
      Body: body,
    }
  },
}
