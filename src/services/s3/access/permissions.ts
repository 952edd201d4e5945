import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { RequestContext } from '../../../wire/operation.ts'
import type { PolicyDocument, Verdict } from '../../iam/policy-document.ts'
import { evaluatePolicy } from '../../iam/policy-evaluation.ts'
import { isPublicPolicy } from '../../iam/policy-publicity.ts'
import { createPolicyReader } from '../../iam/policy-reader.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { recordOf } from '../objects/object-record.ts'
import type { Objects } from '../objects/objects.ts'
import { accessDenied } from '../s3-errors.ts'
import { publicAccessBlockOf } from './bucket-access.ts'
import type { AskedInput } from './condition-keys.ts'
import { callerAccountOf, conditionValues, principalOf } from './condition-keys.ts'

/** One thing that an operation does: an action on an object, or on a bucket (no key). */
export interface Step {
  readonly action: string
  readonly bucket: Bucket
  readonly key?: string
  readonly input: AskedInput
}

/** Who may do what: the owner all that is not denied, others what the bucket's policy allows. */
export interface Permissions {
  /** Throws `AccessDenied`. */
  require(step: Step, context: RequestContext): Promise<void>
}

export function createPermissions(deps: {
  readonly objects: Objects
  readonly clock: Clock
}): Permissions {
  const { objects, clock } = deps
  const read = createPolicyReader((document) => ({
    document,
    isPublic: isPublicPolicy(document),
    asksForTags: asksForTags(document),
  }))

  async function verdictOf(step: Step, context: RequestContext): Promise<Verdict> {
    const { bucket, action, key, input } = step
    const policy = bucket.access?.policy
    if (policy === undefined) return 'none'
    const { document, isPublic, asksForTags } = read(policy)
    const tagged =
      asksForTags && key !== undefined
        ? await objects.find(bucket, key, input.VersionId)
        : undefined
    const verdict = evaluatePolicy(document, {
      action: `s3:${action}`,
      resource: arnOf(bucket, key),
      principal: principalOf(context),
      context: conditionValues(input, context, {
        owner: bucket.accountId,
        clock,
        existingTags: (tagged && recordOf(tagged).tags) ?? {},
      }),
    })
    const isOwner = callerAccountOf(context) === bucket.accountId
    const closed = publicAccessBlockOf(bucket.access)?.restrictPublicBuckets === true
    return verdict === 'allow' && !isOwner && closed && isPublic ? 'none' : verdict
  }

  return {
    async require(step, context) {
      const { bucket, action, key } = step
      const isOwner = callerAccountOf(context) === bucket.accountId
      if (isOwner && bucket.access?.policy === undefined) return
      const verdict = await verdictOf(step, context)
      if (isOwner) {
        if (verdict === 'deny' && !isRootsOwn(action, context))
          throw explicitlyDenied(step, context)
        return
      }
      if (verdict !== 'allow') throw accessDenied()
      if (key === undefined || !action.startsWith('GetObject')) return
      // AWS: who may not list is not told that an object is missing.
      if (await objects.find(bucket, key, step.input.VersionId)) return
      const list = await verdictOf({ action: 'ListBucket', bucket, input: {} }, context)
      if (list !== 'allow') throw accessDenied()
    },
  }
}

function asksForTags(document: PolicyDocument): boolean {
  return JSON.stringify(document).toLowerCase().includes('s3:existingobjecttag/')
}

function arnOf({ name }: Bucket, key: string | undefined): string {
  return key === undefined ? `arn:aws:s3:::${name}` : `arn:aws:s3:::${name}/${key}`
}

// AWS: no policy keeps the root user of the owner's account from changing the policy.
function isRootsOwn(action: string, { callerArn }: RequestContext): boolean {
  return callerArn.endsWith(':root') && /^(Get|Put|Delete)BucketPolicy$/.test(action)
}

function explicitlyDenied({ action, bucket, key }: Step, { callerArn }: RequestContext) {
  return new ServiceError(
    'AccessDenied',
    `User: ${callerArn} is not authorized to perform: s3:${action} on resource: "${arnOf(bucket, key)}" with an explicit deny in a resource-based policy`,
    { status: 403 },
  )
}
