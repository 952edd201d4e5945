import type { ObjectVersionStorageClass } from '@aws-sdk/client-s3'
import { dateOf } from '../../../base/clock.ts'
import type { StoredObject } from '../../../engines/objects/port.ts'
import { ownerIdOf } from '../access/acl.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { S3Operation } from '../contract.ts'
import { quoted, recordOf } from '../objects/object-record.ts'
import { encoderOf, limitOf } from '../objects/wire-listing.ts'
import { invalidArgument } from '../s3-errors.ts'
import { versionIdOf } from '../versions/version-keys.ts'
import type { VersionEntry, VersionsPage } from '../versions/version-listing.ts'

export const listObjectVersions: S3Operation<'ListObjectVersions'> = {
  name: 'ListObjectVersions',
  async run({ buckets, listVersions }, input, { accountId }) {
    const { Prefix = '', Delimiter, EncodingType, KeyMarker = '', VersionIdMarker = '' } = input
    if (VersionIdMarker !== '' && KeyMarker === '') {
      throw invalidArgument(
        'A version-id marker cannot be specified without a key marker.',
        'version-id-marker',
        VersionIdMarker,
      )
    }
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const limit = limitOf(input.MaxKeys, 'max-keys')
    const after = { key: KeyMarker, ...(VersionIdMarker && { versionId: VersionIdMarker }) }
    const page = await listVersions(bucket, {
      prefix: Prefix,
      limit,
      ...(Delimiter && { delimiter: Delimiter }),
      ...(KeyMarker && { after }),
    })
    const encode = encoderOf(EncodingType)
    return {
      Name: bucket.name,
      Prefix: encode(Prefix),
      KeyMarker: encode(KeyMarker),
      VersionIdMarker,
      MaxKeys: limit,
      IsTruncated: page.truncated,
      ...(Delimiter && { Delimiter: encode(Delimiter) }),
      ...(EncodingType && { EncodingType }),
      ...(page.truncated && nextMarkers(page, encode)),
      ...entryMembers(page.entries, encode, bucket),
    }
  },
}

type Encode = (text: string) => string

function nextMarkers({ entries }: VersionsPage, encode: Encode) {
  const last = entries.at(-1)
  if (!last) return {}
  if ('commonPrefix' in last) return { NextKeyMarker: encode(last.commonPrefix) }
  const { version } = last
  return {
    NextKeyMarker: encode(version.key),
    NextVersionIdMarker: versionIdOf(recordOf(version)),
  }
}

function entryMembers(entries: ReadonlyArray<VersionEntry>, encode: Encode, bucket: Bucket) {
  const versions: ReturnType<typeof versionMember>[] = []
  const markers: ReturnType<typeof commonMembers>[] = []
  const prefixes: { Prefix: string }[] = []
  for (const entry of entries) {
    if ('commonPrefix' in entry) {
      prefixes.push({ Prefix: encode(entry.commonPrefix) })
      continue
    }
    const { version, isLatest } = entry
    const common = commonMembers(version, { isLatest, encode, bucket })
    if (recordOf(version).isDeleteMarker) markers.push(common)
    else versions.push(versionMember(version, common))
  }
  return {
    ...(versions.length > 0 && { Versions: versions }),
    ...(markers.length > 0 && { DeleteMarkers: markers }),
    ...(prefixes.length > 0 && { CommonPrefixes: prefixes }),
  }
}

function commonMembers(
  version: StoredObject,
  about: { readonly isLatest: boolean; readonly encode: Encode; readonly bucket: Bucket },
) {
  return {
    Key: about.encode(version.key),
    VersionId: versionIdOf(recordOf(version)),
    IsLatest: about.isLatest,
    LastModified: dateOf(version.modifiedMs),
    Owner: { ID: ownerIdOf(about.bucket, recordOf(version)) },
  }
}

function versionMember(version: StoredObject, common: ReturnType<typeof commonMembers>) {
  const { etag, checksum, storageClass = 'STANDARD' } = recordOf(version)
  return {
    ...common,
    ETag: quoted(etag),
    ...(checksum && { ChecksumAlgorithm: [checksum.algorithm], ChecksumType: checksum.type }),
    Size: version.sizeBytes,
    // AWS: the model knows STANDARD only; the others are answered all the same.
    StorageClass: storageClass as ObjectVersionStorageClass,
  }
}
