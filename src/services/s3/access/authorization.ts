import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { RequestContext } from '../../../wire/operation.ts'
import type { PolicyDocument, Verdict } from '../../iam/policy-document.ts'
import { evaluatePolicy } from '../../iam/policy-evaluation.ts'
import { parsePolicy } from '../../iam/policy-parsing.ts'
import { isPublicPolicy } from '../../iam/policy-publicity.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Buckets } from '../buckets/buckets.ts'
import { PARSED_POLICIES_MAX } from '../limits.ts'
import { recordOf } from '../objects/object-record.ts'
import type { Objects } from '../objects/objects.ts'
import { parseCopySource } from '../objects/wire-copy.ts'
import { accessDenied } from '../s3-errors.ts'
import { actionTable } from './action-table.ts'
import { publicAccessBlockOf } from './bucket-access.ts'
import type { AskedInput } from './condition-keys.ts'
import { conditionValues, principalOf } from './condition-keys.ts'

/**
 * May the caller do this? Throws `AccessDenied`, or resolves to the account in whose name the
 * operation runs: the owner's, where the owner lets a stranger in. ACLs are off in every bucket, so
 * all that is in a bucket is its owner's, whoever wrote it.
 */
export type Authorize = (
  operation: string,
  input: unknown,
  context: RequestContext,
) => Promise<string>

/** One thing that an operation does: an action on an object, or on a bucket (no key). */
interface Step {
  readonly action: string
  readonly bucket: Bucket
  readonly key?: string
  readonly input: AskedInput
}

export function createAuthorize(deps: {
  readonly buckets: Buckets
  readonly objects: Objects
  readonly clock: Clock
}): Authorize {
  const { buckets, objects, clock } = deps
  const documentOf = createPolicyReader()

  async function existingTags({ bucket, key, input }: Step, document: PolicyDocument) {
    const asked = JSON.stringify(document).toLowerCase().includes('s3:existingobjecttag/')
    if (!asked || key === undefined) return {}
    const object = await objects.find(bucket, key, input.VersionId)
    return (object && recordOf(object).tags) ?? {}
  }

  async function verdictOf(step: Step, context: RequestContext): Promise<Verdict> {
    const { bucket, action, key, input } = step
    const policy = bucket.access?.policy
    if (policy === undefined) return 'none'
    const document = documentOf(policy)
    const verdict = evaluatePolicy(document, {
      action: `s3:${action}`,
      resource: arnOf(bucket, key),
      principal: principalOf(context),
      context: conditionValues(input, context, {
        owner: bucket.accountId,
        clock,
        existingTags: await existingTags(step, document),
      }),
    })
    const isOwner = context.accountId === bucket.accountId
    const closed = publicAccessBlockOf(bucket.access)?.restrictPublicBuckets === true
    return verdict === 'allow' && !isOwner && closed && isPublicPolicy(document) ? 'none' : verdict
  }

  async function check(step: Step, context: RequestContext): Promise<void> {
    const { bucket, action, key } = step
    const isOwner = context.accountId === bucket.accountId
    if (isOwner && bucket.access?.policy === undefined) return
    const verdict = await verdictOf(step, context)
    if (isOwner) {
      if (verdict === 'deny' && !isRootsOwn(action, context)) throw explicitlyDenied(step, context)
      return
    }
    if (verdict !== 'allow') throw accessDenied()
    if (key === undefined || !action.startsWith('GetObject')) return
    // AWS: who may not list is not told that an object is missing.
    if (await objects.find(bucket, key, step.input.VersionId)) return
    const list = await verdictOf({ action: 'ListBucket', bucket, input: {} }, context)
    if (list !== 'allow') throw accessDenied()
  }

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
    const steps = await stepsOf(buckets, operation, input, bucket)
    if (steps.length === 0 && accountId !== bucket.accountId) throw accessDenied()
    for (const step of steps) await check(step, context)
    return bucket.accountId
  }
}

async function stepsOf(
  buckets: Buckets,
  operation: string,
  input: AskedInput,
  bucket: Bucket,
): Promise<Step[]> {
  const wanted = actionTable.get(operation)
  if (operation === 'DeleteObjects') {
    // AWS: names the keys that are denied one by one. Here one of them denies them all.
    return (input.Delete?.Objects ?? []).flatMap(({ Key = '', VersionId }) => {
      const action = VersionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion'
      const actions = [action, ...lockActions(operation, input)]
      return actions.map((one) => ({ action: one, bucket, key: Key, input }))
    })
  }
  if (!wanted) return []
  const { of, withVersion } = wanted
  const action = (input.VersionId !== undefined && withVersion) || wanted.action
  const key = of === 'object' ? { key: input.Key ?? '' } : {}
  const more = [
    ...(action === 'PutObject' && input.Tagging !== undefined ? ['PutObjectTagging'] : []),
    ...lockActions(operation, input),
  ]
  const steps: Step[] = [action, ...more].map((one) => ({ action: one, bucket, input, ...key }))
  if (input.CopySource === undefined) return steps
  const source = parseCopySource(input.CopySource)
  const from = await buckets.look(source.bucket)
  const { versionId } = source
  const read = versionId === undefined ? 'GetObject' : 'GetObjectVersion'
  const named = versionId === undefined ? {} : { VersionId: versionId }
  if (from) steps.push({ action: read, bucket: from, key: source.key, input: named })
  return steps
}

/** What an operation does to locks beside what it is for. */
function lockActions(operation: string, input: AskedInput): string[] {
  const isWrite = ['PutObject', 'CopyObject', 'CreateMultipartUpload'].includes(operation)
  return [
    ...(input.BypassGovernanceRetention ? ['BypassGovernanceRetention'] : []),
    ...(isWrite && input.ObjectLockMode !== undefined ? ['PutObjectRetention'] : []),
    ...(isWrite && input.ObjectLockLegalHoldStatus !== undefined ? ['PutObjectLegalHold'] : []),
  ]
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

/** Policies are read once, not with every request; the oldest are forgotten. */
function createPolicyReader(): (text: string) => PolicyDocument {
  const read = new Map<string, PolicyDocument>()
  return (text) => {
    const known = read.get(text)
    if (known) return known
    const document = parsePolicy(text)
    const [oldest] = read.keys()
    if (read.size >= PARSED_POLICIES_MAX && oldest !== undefined) read.delete(oldest)
    read.set(text, document)
    return document
  }
}
