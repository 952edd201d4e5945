import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { RequestContext } from '../../../wire/operation.ts'
import type { PolicyDocument, Verdict } from '../../iam/policy-document.ts'
import { evaluatePolicy } from '../../iam/policy-evaluation.ts'
import { isPublicPolicy } from '../../iam/policy-publicity.ts'
import { createPolicyReader } from '../../iam/policy-reader.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { ObjectRecord } from '../objects/object-record.ts'
import { recordOf } from '../objects/object-record.ts'
import type { Objects } from '../objects/objects.ts'
import { accessDenied } from '../s3-errors.ts'
import type { Permission } from './acl.ts'
import { callerIdOf, givesPermission, hasAcls, ownerIdOf } from './acl.ts'
import { publicAccessBlockOf } from './bucket-access.ts'
import type { AskedInput } from './condition-keys.ts'
import { callerAccountOf, conditionValues, principalOf } from './condition-keys.ts'

/** One thing that an operation does: an action on an object, or on a bucket (no key). */
export interface Step {
  readonly action: string
  readonly bucket: Bucket
  readonly key?: string
  readonly input: AskedInput
  /** The object of the key is made by it: whatever is there now does not count. */
  readonly creates?: true
}

/**
 * Who may do what: the owner all that is not denied, others what the bucket's policy or, where they
 * are on, an ACL allows. An object that a stranger wrote and owns is his, and no policy of the bucket
 * opens it.
 */
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
        bucket,
        clock,
        existingTags: (tagged && recordOf(tagged).tags) ?? {},
      }),
    })
    const isOwner = callerAccountOf(context) === bucket.accountId
    const closed = publicAccessBlockOf(bucket.access)?.restrictPublicBuckets === true
    return verdict === 'allow' && !isOwner && closed && isPublic ? 'none' : verdict
  }

  function byAcl(step: Step, context: RequestContext, object: ObjectRecord | undefined): boolean {
    const { bucket, key } = step
    if (!hasAcls(bucket)) return false
    const ignoresPublic = publicAccessBlockOf(bucket.access)?.ignorePublicAcls === true
    const caller = { callerId: callerIdOf(context), ignoresPublic }
    const ownerId = object && ownerIdOf(bucket, object)
    const ofBucket = (wanted: Permission) =>
      givesPermission(bucket.access?.grants ?? [], wanted, caller)
    const owns = caller.callerId === ownerId
    if (key === undefined || step.creates || !isOfObject(step.action)) {
      const wanted = step.creates ? 'WRITE' : bucketPermissions[step.action]
      if (wanted === undefined || !ofBucket(wanted)) return false
      // AWS: who may write may remove only what is his.
      return step.action !== 'DeleteObject' || !object || owns
    }
    // Who may list is told that it is missing.
    if (!object) return ofBucket('READ')
    if (owns) return true
    const wanted = objectPermissions[step.action]
    return wanted !== undefined && givesPermission(object.grants ?? [], wanted, caller)
  }

  return {
    async require(step, context) {
      const { bucket, action, key, input } = step
      const isOwner = callerAccountOf(context) === bucket.accountId
      const hasOwners = key !== undefined && hasAcls(bucket)
      if (isOwner && bucket.access?.policy === undefined && !hasOwners) return
      const found = hasOwners ? await objects.find(bucket, key, input.VersionId) : undefined
      const object = found && recordOf(found)
      const isStrangers = isOfObject(action) && !step.creates && object?.ownerId !== undefined
      const verdict = await verdictOf(step, context)
      if (isOwner && verdict === 'deny') {
        if (isRootsOwn(action, context)) return
        throw explicitlyDenied(step, context)
      }
      if (isOwner && !isStrangers) return
      const isAllowed = (verdict === 'allow' && !isStrangers) || byAcl(step, context, object)
      if (verdict === 'deny' || !isAllowed) throw accessDenied()
      if (key === undefined || !action.startsWith('GetObject')) return
      // AWS: who may not list is not told that an object is missing.
      if (object ?? (await objects.find(bucket, key, input.VersionId))) return
      const list: Step = { action: 'ListBucket', bucket, input: {} }
      const mayList =
        (await verdictOf(list, context)) === 'allow' || byAcl(list, context, undefined)
      if (!mayList) throw accessDenied()
    },
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#acl-access-policy-permission-mapping */
const bucketPermissions: Readonly<Record<string, Permission>> = {
  AbortMultipartUpload: 'WRITE',
  DeleteObject: 'WRITE',
  GetBucketAcl: 'READ_ACP',
  ListBucket: 'READ',
  ListBucketMultipartUploads: 'READ',
  ListBucketVersions: 'READ',
  ListMultipartUploadParts: 'WRITE',
  PutBucketAcl: 'WRITE_ACP',
  PutObject: 'WRITE',
}

const objectPermissions: Readonly<Record<string, Permission>> = {
  GetObject: 'READ',
  GetObjectAcl: 'READ_ACP',
  GetObjectVersion: 'READ',
  GetObjectVersionAcl: 'READ_ACP',
  PutObjectAcl: 'WRITE_ACP',
  PutObjectVersionAcl: 'WRITE_ACP',
}

/** Actions on an object that are the bucket's affair. */
const ofBucketOnly = new Set([
  'AbortMultipartUpload',
  'BypassGovernanceRetention',
  'DeleteObject',
  'DeleteObjectVersion',
  'ListMultipartUploadParts',
  'PutObject',
])

function isOfObject(action: string): boolean {
  return !ofBucketOnly.has(action)
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
