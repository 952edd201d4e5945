import type { S3Operation } from '../contract.ts'
import { encoderOf, lastNameOf, limitOf, pageMembers } from '../objects/wire-listing.ts'

export const listObjects: S3Operation<'ListObjects'> = {
  name: 'ListObjects',
  async run({ buckets, listObjects }, input, { accountId }) {
    const { Prefix = '', Delimiter, Marker, EncodingType } = input
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const limit = limitOf(input.MaxKeys, 'max-keys')
    const page = await listObjects(bucket, {
      prefix: Prefix,
      limit,
      ...(Delimiter && { delimiter: Delimiter }),
      ...(Marker && { after: Marker }),
    })
    const encode = encoderOf(EncodingType)
    return {
      Name: bucket.name,
      Prefix: encode(Prefix),
      Marker: encode(Marker ?? ''),
      MaxKeys: limit,
      ...(Delimiter && { Delimiter: encode(Delimiter) }),
      ...(EncodingType && { EncodingType }),
      // AWS: only with a delimiter; without one the last key is the next marker.
      ...(page.truncated && Delimiter && { NextMarker: encode(lastNameOf(page)) }),
      ...pageMembers(page, encode, bucket),
    }
  },
}
