import type { ByteRange } from '../../../engines/objects/port.ts'
import type { S3Operation } from '../contract.ts'
import { unservedOnRead } from '../wire-object.ts'
import { checkRead, readMembers, selectRange } from '../wire-read.ts'

export const getObject: S3Operation<'GetObject'> = {
  name: 'GetObject',
  refuses: [...unservedOnRead],
  async run({ buckets, objects, lifetimeMembers }, input, { accountId }) {
    checkRead(input)
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    let range: ByteRange | undefined
    const { object, body } = await objects.open(bucket, input.Key, (found) => {
      range = selectRange(found, input)
      return range
    })
    return {
      ...readMembers({ object, range }, input),
      ...(await lifetimeMembers(bucket, object)),
      Body: body,
    }
  },
}
