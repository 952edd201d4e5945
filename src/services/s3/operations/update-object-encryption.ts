import type { S3Operation } from '../contract.ts'
import { callerOf } from '../encryption/wire-encryption.ts'
import { originOf } from '../objects/wire-object.ts'
import { malformedXml } from '../s3-errors.ts'

export const updateObjectEncryption: S3Operation<'UpdateObjectEncryption'> = {
  name: 'UpdateObjectEncryption',
  async run({ buckets, changeKey }, input, context) {
    const { KMSKeyArn: keyId, BucketKeyEnabled: bucketKey } = input.ObjectEncryption?.SSEKMS ?? {}
    if (keyId === undefined) throw malformedXml()
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    await changeKey(bucket, input.Key, {
      versionId: input.VersionId,
      keyId,
      bucketKey,
      caller: callerOf(context),
      origin: originOf(context),
    })
    return {}
  },
}
