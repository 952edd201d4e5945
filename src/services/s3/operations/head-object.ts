import type { S3Operation } from '../contract.ts'
import { encryptionMembers, readerOf } from '../encryption/wire-encryption.ts'
import { recordOf } from '../objects/object-record.ts'
import { versionMember } from '../objects/wire-object.ts'
import { checkRead, readMembers, selectRange } from '../objects/wire-read.ts'

export const headObject: S3Operation<'HeadObject'> = {
  name: 'HeadObject',
  async run({ buckets, objects, encryptions, lifetimeMembers }, input, context) {
    checkRead(input)
    const reader = readerOf(input, context)
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    const object = await objects.head(bucket, input.Key, input.VersionId)
    const { encryption } = recordOf(object)
    await encryptions.requireCustomerKey(bucket, input.Key, encryption, reader)
    return {
      ...readMembers({ object, range: selectRange(object, input) }, input),
      ...versionMember(bucket, object),
      ...encryptionMembers(encryption, reader),
      ...(await lifetimeMembers(bucket, object)),
    }
  },
}
