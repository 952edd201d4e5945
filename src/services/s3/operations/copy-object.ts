import { dateOf } from '../../../base/clock.ts'
import type { Input } from '../../../wire/contract.ts'
import { checkWriteConditions } from '../conditions.ts'
import type { S3Operation, Sdk } from '../contract.ts'
import { quoted, recordOf } from '../object-record.ts'
import type { ObjectDetails } from '../objects.ts'
import { invalidRequest } from '../s3-errors.ts'
import { parseCopySource, sourceConditions } from '../wire-copy.ts'
import {
  algorithmOf,
  checksumWithType,
  detailsOf,
  originOf,
  unservedOnWrite,
} from '../wire-object.ts'

export const copyObject: S3Operation<'CopyObject'> = {
  name: 'CopyObject',
  refuses: [
    ...unservedOnWrite,
    'CopySourceSSECustomerAlgorithm',
    'CopySourceSSECustomerKey',
    'CopySourceSSECustomerKeyMD5',
    'AnnotationDirective',
  ],
  async run({ buckets, copies }, input, context) {
    const { accountId, signal } = context
    const conditions = { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch }
    checkWriteConditions(conditions)
    const source = parseCopySource(input.CopySource)
    requireChange(input, source)
    const replaced = replacedOf(input)
    const stored = await copies.copy({
      source: {
        bucket: await buckets.findAnywhere(source.bucket, input.ExpectedSourceBucketOwner),
        key: source.key,
        conditions: sourceConditions(input),
      },
      target: {
        bucket: await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner),
        key: input.Key,
      },
      replaced,
      algorithm: input.ChecksumAlgorithm && algorithmOf(input.ChecksumAlgorithm),
      origin: originOf(context),
      signal,
      ...conditions,
    })
    const { etag, checksum } = recordOf(stored)
    return {
      CopyObjectResult: {
        ETag: quoted(etag),
        LastModified: dateOf(stored.modifiedMs),
        ...checksumWithType(checksum),
      },
    }
  },
}

type CopyInput = Input<Sdk, 'CopyObject'>

/** AWS: a copy onto itself has to change something. */
function requireChange(
  input: CopyInput,
  source: { readonly bucket: string; readonly key: string },
) {
  const { Bucket, Key, MetadataDirective, StorageClass, WebsiteRedirectLocation } = input
  if (source.bucket !== Bucket || source.key !== Key) return
  if (MetadataDirective === 'REPLACE' || StorageClass || WebsiteRedirectLocation) return
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  )
}

/** AWS: headers and metadata come from the source, or all of them from the request; tags likewise. */
function replacedOf(input: CopyInput): ObjectDetails {
  const { headers, metadata, tags, storageClass } = detailsOf(input)
  return {
    ...(input.MetadataDirective === 'REPLACE' && {
      headers: headers ?? {},
      metadata: metadata ?? {},
    }),
    ...(input.TaggingDirective === 'REPLACE' && { tags: tags ?? {} }),
    // AWS: the class is never taken from the source.
    storageClass: storageClass ?? 'STANDARD',
  }
}
