import { newObjectAcl } from '../access/wire-acl.ts'
import type { S3Operation } from '../contract.ts'
import { newEncryptionMembers, wishOf } from '../encryption/wire-encryption.ts'
import { checkWriteConditions } from '../objects/conditions.ts'
import { quoted, recordOf } from '../objects/object-record.ts'
import {
  checksumWithType,
  detailsOf,
  digestPlanOf,
  originOf,
  requireBodySize,
  unservedOnWrite,
  versionMember,
} from '../objects/wire-object.ts'
import { requireDigestWithLock } from '../versions/wire-lock.ts'

export const putObject: S3Operation<'PutObject'> = {
  name: 'PutObject',
  refuses: [...unservedOnWrite, 'WriteOffsetBytes'],
  async run({ buckets, objects, lifetimeMembers }, input, context) {
    checkWriteConditions({ ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch })
    requireBodySize(input.ContentLength)
    const details = detailsOf(input)
    const encryption = wishOf(input, context)
    requireDigestWithLock(details, context)
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    const stored = await objects.put(bucket, {
      ...details,
      ...newObjectAcl(bucket, input, context),
      key: input.Key,
      body: input.Body ?? new Uint8Array(0),
      digests: digestPlanOf(input, context, 'CRC32'),
      event: context.isForm ? 'ObjectCreated:Post' : 'ObjectCreated:Put',
      origin: originOf(context),
      ifMatch: input.IfMatch,
      ifNoneMatch: input.IfNoneMatch,
      encryption,
    })
    const { etag, checksum, encryption: kept } = recordOf(stored)
    const { Expiration } = await lifetimeMembers(bucket, stored)
    return {
      ETag: quoted(etag),
      ...versionMember(bucket, stored),
      ...checksumWithType(checksum),
      ...newEncryptionMembers(kept, encryption),
      ...(Expiration && { Expiration }),
    }
  },
}
