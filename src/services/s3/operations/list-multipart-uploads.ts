import type { StorageClass } from '@aws-sdk/client-s3'
import { dateOf } from '../../../base/clock.ts'
import type { ListPage } from '../../../engines/objects/port.ts'
import { ownerIdOf } from '../access/acl.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { S3Operation } from '../contract.ts'
import type { Upload } from '../objects/upload-record.ts'
import { behindUploadsOf, isUploadId, uploadEntryKey, uploadOf } from '../objects/upload-record.ts'
import { encoderOf, limitOf } from '../objects/wire-listing.ts'
import { invalidArgument } from '../s3-errors.ts'

export const listMultipartUploads: S3Operation<'ListMultipartUploads'> = {
  name: 'ListMultipartUploads',
  async run({ buckets, uploads }, input, { accountId }) {
    const { Prefix = '', Delimiter, EncodingType, KeyMarker = '', UploadIdMarker = '' } = input
    const bucket = await buckets.find(accountId, input.Bucket, input.ExpectedBucketOwner)
    const limit = limitOf(input.MaxUploads, 'max-uploads')
    const after = markerOf(KeyMarker, UploadIdMarker)
    const page =
      limit === 0
        ? { entries: [], truncated: false }
        : await uploads.list(bucket, {
            prefix: Prefix,
            limit,
            ...(Delimiter && { delimiter: Delimiter }),
            ...(after !== undefined && { after }),
          })
    const encode = encoderOf(EncodingType)
    const found = page.entries.flatMap((entry) =>
      'object' in entry ? [uploadOf(entry.object)] : [],
    )
    const prefixes = page.entries.flatMap((entry) =>
      'commonPrefix' in entry ? [{ Prefix: encode(entry.commonPrefix) }] : [],
    )
    return {
      Bucket: bucket.name,
      KeyMarker: encode(KeyMarker),
      UploadIdMarker,
      Prefix: encode(Prefix),
      MaxUploads: limit,
      IsTruncated: page.truncated,
      ...(Delimiter && { Delimiter: encode(Delimiter) }),
      ...(EncodingType && { EncodingType }),
      ...(page.truncated && nextMarkers(page, encode)),
      ...(prefixes.length > 0 && { CommonPrefixes: prefixes }),
      Uploads: found.map((upload) => uploadMember(upload, encode, bucket)),
    }
  },
}

/** AWS: without an upload marker, all uploads of the marked key are left out. */
function markerOf(key: string, uploadId: string): string | undefined {
  if (key === '') return undefined
  if (uploadId === '') return behindUploadsOf(key)
  if (isUploadId(uploadId)) return uploadEntryKey(key, uploadId)
  throw invalidArgument('Invalid uploadId marker', 'upload-id-marker', uploadId)
}

function nextMarkers({ entries }: ListPage, encode: (text: string) => string) {
  const last = entries.at(-1)
  if (!last) return {}
  if ('commonPrefix' in last) return { NextKeyMarker: encode(last.commonPrefix) }
  const { key, uploadId } = uploadOf(last.object)
  return { NextKeyMarker: encode(key), NextUploadIdMarker: uploadId }
}

function uploadMember(upload: Upload, encode: (text: string) => string, bucket: Bucket) {
  const { algorithm, type, isChosen, storageClass = 'STANDARD' } = upload.record
  return {
    Key: encode(upload.key),
    UploadId: upload.uploadId,
    Initiated: dateOf(upload.initiatedMs),
    StorageClass: storageClass as StorageClass,
    Owner: { ID: ownerIdOf(bucket, upload.record) },
    Initiator: { ID: ownerIdOf(bucket, upload.record) },
    ...(isChosen && { ChecksumAlgorithm: algorithm, ChecksumType: type }),
  }
}
