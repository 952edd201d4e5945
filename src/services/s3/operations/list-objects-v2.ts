import type { S3Operation } from '../contract.ts'
import {
  encoderOf,
  lastNameOf,
  limitOf,
  pageMembers,
  readToken,
  writeToken,
} from '../objects/wire-listing.ts'

export const listObjectsV2: S3Operation<'ListObjectsV2'> = {
  name: 'ListObjectsV2',
  async run({ buckets, listObjects }, input, { accountId }) {
    const { Prefix = '', Delimiter, ContinuationToken, StartAfter, EncodingType } = input
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const limit = limitOf(input.MaxKeys, 'max-keys')
    const after = ContinuationToken === undefined ? StartAfter : readToken(ContinuationToken)
    const page = await listObjects(bucket, {
      prefix: Prefix,
      limit,
      ...(Delimiter && { delimiter: Delimiter }),
      ...(after && { after }),
    })
    const encode = encoderOf(EncodingType)
    return {
      Name: bucket.name,
      Prefix: encode(Prefix),
      MaxKeys: limit,
      KeyCount: page.entries.length,
      ...(Delimiter && { Delimiter: encode(Delimiter) }),
      ...(EncodingType && { EncodingType }),
      ...(StartAfter !== undefined && { StartAfter: encode(StartAfter) }),
      ...(ContinuationToken !== undefined && { ContinuationToken }),
      ...(page.truncated && { NextContinuationToken: writeToken(lastNameOf(page)) }),
      ...pageMembers(page, encode, input.FetchOwner ? bucket : undefined),
    }
  },
}
