import { ServiceError } from '../../../base/errors.ts'
import type { S3Operation } from '../contract.ts'
import { DELETE_KEYS_MAX } from '../limits.ts'
import { malformedXml, notSupported } from '../s3-errors.ts'
import { originOf, requireNoVersion } from '../wire-object.ts'

/** Keys are removed side by side; one that cannot be is named in the answer, the others are gone. */
export const deleteObjects: S3Operation<'DeleteObjects'> = {
  name: 'DeleteObjects',
  refuses: ['MFA', 'BypassGovernanceRetention'],
  async run({ buckets, objects }, input, context) {
    const { Objects: named, Quiet = false } = input.Delete
    if (named.length === 0 || named.length > DELETE_KEYS_MAX) throw malformedXml()
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    const origin = originOf(context)
    const outcomes = await Promise.all(
      named.map(async (one) => {
        try {
          if (one.LastModifiedTime || one.Size !== undefined)
            throw notSupported('A condition on time or size')
          requireNoVersion(one.VersionId)
          await objects.remove(bucket, one.Key, { origin, ifMatch: one.ETag })
          return undefined
        } catch (error) {
          return errorEntry(one.Key, error)
        }
      }),
    )
    const failed = outcomes.flatMap((outcome) => outcome ?? [])
    const deleted = named.filter((_, index) => !outcomes[index]).map(({ Key }) => ({ Key }))
    return {
      ...(!Quiet && deleted.length > 0 && { Deleted: deleted }),
      ...(failed.length > 0 && { Errors: failed }),
    }
  },
}

function errorEntry(key: string, error: unknown) {
  if (!(error instanceof ServiceError)) throw error
  return { Key: key, Code: error.code, Message: error.message }
}
