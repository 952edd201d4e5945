import { dateOf } from '../../../base/clock.ts'
import type { Input } from '../../../wire/contract.ts'
import { newObjectAcl } from '../access/wire-acl.ts'
import type { S3Operation, Sdk } from '../contract.ts'
import { newEncryptionMembers, sourceReaderOf, wishOf } from '../encryption/wire-encryption.ts'
import { checkWriteConditions } from '../objects/conditions.ts'
import { quoted, recordOf } from '../objects/object-record.ts'
import type { ObjectDetails } from '../objects/objects.ts'
import type { NamedSource } from '../objects/wire-copy.ts'
import { parseCopySource, sourceConditions } from '../objects/wire-copy.ts'
import {
  algorithmOf,
  checksumWithType,
  detailsOf,
  originOf,
  unservedOnWrite,
  versionMember,
} from '../objects/wire-object.ts'
import { invalidRequest } from '../s3-errors.ts'
import { versionIdOf } from '../versions/version-keys.ts'

export const copyObject: S3Operation<'CopyObject'> = {
  name: 'CopyObject',
  refuses: [...unservedOnWrite, 'AnnotationDirective'],
  async run({ buckets, copies, lifetimeMembers }, input, context) {
    const { accountId, signal } = context
    const conditions = { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch }
    checkWriteConditions(conditions)
    const source = parseCopySource(input.CopySource)
    requireChange(input, source)
    const replaced = replacedOf(input)
    const encryption = wishOf(input, context)
    const reader = sourceReaderOf(input, context)
    const target = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const from = await buckets.findAnywhere(source.bucket, input.ExpectedSourceBucketOwner)
    const made = await copies.copy({
      source: {
        bucket: from,
        key: source.key,
        versionId: source.versionId,
        conditions: sourceConditions(input),
        ...reader,
      },
      target: { bucket: target, key: input.Key },
      replaced: { ...replaced, ...newObjectAcl(target, input, context) },
      websiteRedirectLocation: input.WebsiteRedirectLocation,
      algorithm: input.ChecksumAlgorithm && algorithmOf(input.ChecksumAlgorithm),
      origin: originOf(context),
      signal,
      encryption,
      ...conditions,
    })
    const { stored } = made
    const { etag, checksum, encryption: kept } = recordOf(stored)
    const { Expiration } = await lifetimeMembers(target, stored)
    return {
      ...versionMember(target, stored),
      ...(Expiration && { Expiration }),
      ...(from.versioning && { CopySourceVersionId: versionIdOf(recordOf(made.source)) }),
      ...newEncryptionMembers(kept, encryption),
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
function requireChange(input: CopyInput, source: NamedSource) {
  const { Bucket, Key, MetadataDirective, StorageClass, WebsiteRedirectLocation } = input
  if (source.bucket !== Bucket || source.key !== Key || source.versionId) return
  if (MetadataDirective === 'REPLACE' || StorageClass || WebsiteRedirectLocation) return
  if (input.ServerSideEncryption || input.SSECustomerAlgorithm) return
  if (input.CopySourceSSECustomerAlgorithm) return
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  )
}

/** AWS: headers and metadata come from the source, or all of them from the request; tags likewise. */
function replacedOf(input: CopyInput): ObjectDetails {
  const { headers, metadata, tags, storageClass, retention, legalHold } = detailsOf(input)
  return {
    ...(input.MetadataDirective === 'REPLACE' && {
      headers: headers ?? {},
      metadata: metadata ?? {},
    }),
    ...(input.TaggingDirective === 'REPLACE' && { tags: tags ?? {} }),
    // AWS: the class is never taken from the source.
    storageClass: storageClass ?? 'STANDARD',
    retention,
    legalHold,
  }
}
