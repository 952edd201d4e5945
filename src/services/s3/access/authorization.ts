import type { RequestContext } from '../../../wire/operation.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Buckets } from '../buckets/buckets.ts'
import { parseCopySource } from '../objects/wire-copy.ts'
import { accessDenied, invalidRequest } from '../s3-errors.ts'
import { actionTable } from './action-table.ts'
import type { AskedInput } from './condition-keys.ts'
import type { Permissions, Step } from './permissions.ts'
import type { RequesterPays } from './requester-pays.ts'

/**
 * May the caller do this? Throws `AccessDenied`, or resolves to the account in whose name the
 * operation runs: the owner's, where the owner lets a stranger in.
 */
export type Authorize = (
  operation: string,
  input: unknown,
  context: RequestContext,
) => Promise<string>

export function createAuthorize(deps: {
  readonly buckets: Buckets
  readonly permissions: Permissions
  readonly requesterPays: RequesterPays
}): Authorize {
  const { buckets, permissions, requesterPays } = deps

  return async (operation, given, context) => {
    const input = given as AskedInput
    const { accountId } = context
    const anonymous = accountId === ''
    const bucket =
      input.Bucket === undefined || operation === 'CreateBucket'
        ? undefined
        : await buckets.look(input.Bucket)
    if (!bucket) {
      if (anonymous && (input.Bucket === undefined || operation === 'CreateBucket')) {
        throw accessDenied()
      }
      return accountId
    }
    requireAccelerated(bucket, context)
    requesterPays.require(bucket, input, context)
    // AWS: of many keys each is denied by itself, so the operation asks for them.
    if (operation === 'DeleteObjects') return bucket.accountId
    const steps = await stepsOf(buckets, operation, input, bucket)
    if (steps.length === 0 && accountId !== bucket.accountId) throw accessDenied()
    for (const step of steps) await permissions.require(step, context)
    return bucket.accountId
  }
}

/** AWS: an accelerated endpoint serves only buckets that were opened for it. */
function requireAccelerated({ acceleration }: Bucket, { endpoint }: RequestContext): void {
  if (acceleration === 'Enabled' || !endpoint.includes('.s3-accelerate.')) return
  throw invalidRequest(
    acceleration
      ? 'S3 Transfer Acceleration is disabled on this bucket'
      : 'S3 Transfer Acceleration is not configured on this bucket',
  )
}

/** What the removal of one of the keys of DeleteObjects takes. */
export function removalSteps(
  bucket: Bucket,
  { Key, VersionId }: { readonly Key: string; readonly VersionId?: string | undefined },
  bypassesGovernance: boolean,
): ReadonlyArray<Step> {
  const input = { Key, ...(VersionId !== undefined && { VersionId }) }
  const action = VersionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion'
  const actions = [action, ...(bypassesGovernance ? ['BypassGovernanceRetention'] : [])]
  return actions.map((one) => ({ action: one, bucket, key: Key, input }))
}

async function stepsOf(
  buckets: Buckets,
  operation: string,
  input: AskedInput,
  bucket: Bucket,
): Promise<Step[]> {
  const wanted = actionTable.get(operation)
  if (!wanted) return []
  const { of, withVersion } = wanted
  const action = (input.VersionId !== undefined && withVersion) || wanted.action
  const key = of === 'object' ? { key: input.Key ?? '' } : {}
  const more = [
    ...(action === 'PutObject' && input.Tagging !== undefined ? ['PutObjectTagging'] : []),
    ...lockActions(operation, input),
  ]
  const creates = writes.has(operation) ? { creates: true as const } : {}
  if (writes.has(operation) && asksForAcl(input)) more.push('PutObjectAcl')
  const steps: Step[] = [action, ...more].map((one) => ({
    ...{ action: one, bucket, input, ...key },
    ...creates,
  }))
  if (input.CopySource === undefined) return steps
  const source = parseCopySource(input.CopySource)
  const from = await buckets.look(source.bucket)
  const { versionId } = source
  const read = versionId === undefined ? 'GetObject' : 'GetObjectVersion'
  const named = versionId === undefined ? {} : { VersionId: versionId }
  if (from) steps.push({ action: read, bucket: from, key: source.key, input: named })
  return steps
}

const writes = new Set(['PutObject', 'CopyObject', 'CreateMultipartUpload'])

// AWS: to give the object to the owner of the bucket takes no more than to write it.
function asksForAcl(input: AskedInput): boolean {
  const { ACL, GrantFullControl, GrantRead, GrantReadACP, GrantWriteACP } = input
  const grants = [GrantFullControl, GrantRead, GrantReadACP, GrantWriteACP]
  const isPlain = ACL === undefined || ACL === 'private' || ACL === 'bucket-owner-full-control'
  return !isPlain || grants.some((grant) => grant !== undefined)
}

/** What an operation does to locks beside what it is for. */
function lockActions(operation: string, input: AskedInput): string[] {
  const isWrite = writes.has(operation)
  return [
    ...(input.BypassGovernanceRetention ? ['BypassGovernanceRetention'] : []),
    ...(isWrite && input.ObjectLockMode !== undefined ? ['PutObjectRetention'] : []),
    ...(isWrite && input.ObjectLockLegalHoldStatus !== undefined ? ['PutObjectLegalHold'] : []),
  ]
}
