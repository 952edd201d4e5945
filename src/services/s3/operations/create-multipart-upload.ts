import type { Input } from '../../../wire/contract.ts'
import { newObjectAcl } from '../access/wire-acl.ts'
import type { S3Operation, Sdk } from '../contract.ts'
import { newEncryptionMembers, wishOf } from '../encryption/wire-encryption.ts'
import { isCrc } from '../objects/crc-combine.ts'
import type { UploadRecord } from '../objects/upload-record.ts'
import { algorithmOf, detailsOf, unservedOnWrite } from '../objects/wire-object.ts'
import { invalidRequest } from '../s3-errors.ts'

export const createMultipartUpload: S3Operation<'CreateMultipartUpload'> = {
  name: 'CreateMultipartUpload',
  refuses: [...unservedOnWrite],
  async run({ buckets, uploads }, input, context) {
    const checksum = checksumOf(input)
    const details = detailsOf(input)
    const wish = wishOf(input, context)
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    const acl = newObjectAcl(bucket, input, context)
    const upload = await uploads.begin(bucket, input.Key, { ...details, ...acl, ...checksum }, wish)
    return {
      Bucket: bucket.name,
      Key: input.Key,
      UploadId: upload.uploadId,
      ...newEncryptionMembers(upload.record.encryption, wish),
      ...(checksum.isChosen && {
        ChecksumAlgorithm: checksum.algorithm,
        ChecksumType: checksum.type,
      }),
    }
  },
}

type Checksum = Pick<UploadRecord, 'algorithm' | 'type' | 'isChosen'>

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
function checksumOf(input: Input<Sdk, 'CreateMultipartUpload'>): Checksum {
  const { ChecksumAlgorithm, ChecksumType } = input
  if (!ChecksumAlgorithm) {
    if (!ChecksumType) return { algorithm: 'CRC32', type: 'FULL_OBJECT', isChosen: false }
    throw invalidRequest(
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    )
  }
  const algorithm = algorithmOf(ChecksumAlgorithm)
  const type = ChecksumType ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE')
  const isPossible = type === 'FULL_OBJECT' ? isCrc(algorithm) : algorithm !== 'CRC64NVME'
  if (isPossible) return { algorithm, type, isChosen: true }
  throw invalidRequest(
    `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  )
}
