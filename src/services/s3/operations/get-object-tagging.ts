import type { S3Operation } from '../contract.ts'
import { recordOf } from '../object-record.ts'
import { requireNoVersion } from '../wire-object.ts'
import { tagSetOf } from '../wire-tags.ts'

export const getObjectTagging: S3Operation<'GetObjectTagging'> = {
  name: 'GetObjectTagging',
  async run({ buckets, objects }, input, { accountId }) {
    requireNoVersion(input.VersionId)
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const { tags = {} } = recordOf(await objects.head(bucket, input.Key))
    return { TagSet: tagSetOf(tags) }
  },
}
