import type { ByteRange, StoredObject } from '../../../engines/objects/port.ts'
import type { S3Operation } from '../contract.ts'
import { encryptionMembers, readerOf } from '../encryption/wire-encryption.ts'
import { recordOf } from '../objects/object-record.ts'
import { versionMember } from '../objects/wire-object.ts'
import { checkRead, readMembers, selectRange } from '../objects/wire-read.ts'

export const getObject: S3Operation<'GetObject'> = {
  name: 'GetObject',
  async run({ buckets, objects, lifetimeMembers }, input, context) {
    checkRead(input)
    const reader = readerOf(input, context)
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    let range: ByteRange | undefined
    const select = (found: StoredObject) => {
      range = selectRange(found, input)
      return range
    }
    const { object, body } = await objects.open(bucket, input.Key, {
      select,
      versionId: input.VersionId,
      ...reader,
    })
    return {
      ...readMembers({ object, range }, input),
      ...versionMember(bucket, object),
      ...encryptionMembers(recordOf(object).encryption, reader),
      ...(await lifetimeMembers(bucket, object)),
      Body: body,
    }
  },
}
