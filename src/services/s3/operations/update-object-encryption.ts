import type { S3Operation } from '../contract.ts'
import { callerOf } from '../encryption/wire-encryption.ts'
import { recordOf } from '../objects/object-record.ts'
import { originOf } from '../objects/wire-object.ts'
import { accessDenied, invalidRequest, malformedXml, operationAborted } from '../s3-errors.ts'

export const updateObjectEncryption: S3Operation<'UpdateObjectEncryption'> = {
  name: 'UpdateObjectEncryption',
  async run({ buckets, objects, encryptions }, input, context) {
    const { Key, VersionId, ObjectEncryption } = input
    const { KMSKeyArn: keyId, BucketKeyEnabled: bucketKey } = ObjectEncryption?.SSEKMS ?? {}
    if (keyId === undefined) throw malformedXml()
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    const { encryption, retention, legalHold } = recordOf(
      await objects.head(bucket, Key, VersionId),
    )
    if (!encryption || encryption.kind === 'customer') throw notUpdatable()
    // AWS: what is locked keeps its key.
    if (retention || legalHold) throw accessDenied()
    const caller = callerOf(context)
    const wish = { keyId, bucketKey, caller }
    await encryptions.keyOf(bucket, Key, encryption, { caller })
    const rewrapped = await encryptions.rewrap(bucket, Key, encryption, wish)
    await objects.change(bucket, Key, {
      versionId: VersionId,
      origin: originOf(context),
      change(record) {
        if (record.encryption?.wrappedKey !== encryption.wrappedKey) throw operationAborted()
        return { ...record, encryption: rewrapped }
      },
    })
    return {}
  },
}

function notUpdatable() {
  return invalidRequest(
    'The source object must be encrypted with SSE-S3 or SSE-KMS for its encryption to be updated.',
  )
}
