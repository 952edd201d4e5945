import { ServiceError } from '../../../base/errors.ts'
import { removalSteps } from '../access/authorization.ts'
import type { S3Operation } from '../contract.ts'
import { DELETE_KEYS_MAX } from '../limits.ts'
import { originOf } from '../objects/wire-object.ts'
import { deletedEntry } from '../objects/wire-removal.ts'
import { malformedXml } from '../s3-errors.ts'
import { requireBypassable } from '../versions/wire-lock.ts'

/** Keys are removed side by side; one that may not or cannot be is named in the answer, the others are gone. */
export const deleteObjects: S3Operation<'DeleteObjects'> = {
  name: 'DeleteObjects',
  refuses: ['MFA'],
  async run({ buckets, objects, permissions }, input, context) {
    const { Objects: named, Quiet = false } = input.Delete
    if (named.length === 0 || named.length > DELETE_KEYS_MAX) throw malformedXml()
    const bucket = await buckets.find(context.accountId, input.Bucket, input.ExpectedBucketOwner)
    requireBypassable(bucket, input.BypassGovernanceRetention)
    const origin = originOf(context)
    const bypassesGovernance = input.BypassGovernanceRetention === true
    const outcomes = await Promise.all(
      named.map(async ({ Key, VersionId, ETag, LastModifiedTime, Size }) => {
        const conditions = {
          ifMatch: ETag,
          ifModifiedMs: LastModifiedTime?.getTime(),
          ifSizeBytes: Size,
        }
        const request = { origin, versionId: VersionId, bypassesGovernance, conditions }
        try {
          for (const step of removalSteps(bucket, { Key, VersionId }, bypassesGovernance)) {
            await permissions.require(step, context)
          }
          return {
            deleted: deletedEntry(Key, VersionId, await objects.remove(bucket, Key, request)),
          }
        } catch (error) {
          return { failed: errorEntry(Key, VersionId, error) }
        }
      }),
    )
    const failed = outcomes.flatMap((outcome) => outcome.failed ?? [])
    const deleted = outcomes.flatMap((outcome) => outcome.deleted ?? [])
    return {
      ...(!Quiet && deleted.length > 0 && { Deleted: deleted }),
      ...(failed.length > 0 && { Errors: failed }),
    }
  },
}

function errorEntry(key: string, versionId: string | undefined, error: unknown) {
  if (!(error instanceof ServiceError)) throw error
  return {
    Key: key,
    ...(versionId !== undefined && { VersionId: versionId }),
    Code: error.code,
    Message: error.message,
  }
}
