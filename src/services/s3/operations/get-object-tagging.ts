import type { S3Operation } from '../contract.ts'
import { recordOf } from '../objects/object-record.ts'
import { versionMember } from '../objects/wire-object.ts'
import { tagSetOf } from '../wire-tags.ts'

export const getObjectTagging: S3Operation<'GetObjectTagging'> = {
  name: 'GetObjectTagging',
  async run({ buckets, objects }, input, { accountId }) {
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const object = await objects.head(bucket, input.Key, input.VersionId)
    const { tags = {} } = recordOf(object)
    return { ...versionMember(bucket, object), TagSet: tagSetOf(tags) }
  },
}
