import { parseArn } from '../../../base/arn.ts'
import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Random } from '../../../base/random.ts'
import type { RequestContext } from '../../../wire/operation.ts'
import { evaluatePolicy } from '../../iam/policy-evaluation.ts'
import { parsePolicy } from '../../iam/policy-parsing.ts'
import type { Roles } from '../../iam/roles.ts'
import type { Permissions } from '../access/permissions.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Buckets } from '../buckets/buckets.ts'
import { isArchive } from '../lifecycle/storage-classes.ts'
import type { ObjectRecord } from '../objects/object-record.ts'
import { recordOf } from '../objects/object-record.ts'
import type { Objects } from '../objects/objects.ts'
import { serviceOrigin } from '../objects/objects.ts'
import type { Version, VersionHistory } from '../versions/version-history.ts'
import type { ReplicaArrival } from './replica-arrival.ts'
import type { ReplicationTask } from './replication-queue.ts'
import type { ReplicationRule } from './replication-rules.ts'

export interface CopyRequest {
  readonly source: Bucket
  readonly version: Version
  readonly task: ReplicationTask
  readonly rule: ReplicationRule
  readonly roleArn: string
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html */
export type FailureReason =
  | 'AssumeRoleNotPermitted'
  | 'DstBucketNotFound'
  | 'DstBucketObjectLockConfigMissing'
  | 'DstBucketUnversioned'
  | 'DstDelObjNotPermitted'
  | 'DstPutObjectNotPermitted'
  | 'DstPutTaggingNotPermitted'
  | 'SrcBucketReplicationConfigMissing'
  | 'SrcObjectNotEligible'

/** Makes one copy, or brings it up to date; answers why not. To do so again changes nothing. */
export type MakeReplica = (request: CopyRequest) => Promise<FailureReason | undefined>

const PRINCIPAL = 's3.amazonaws.com'

export function createReplicaMaking(deps: {
  readonly buckets: Buckets
  readonly objects: Objects
  readonly history: VersionHistory
  readonly replicaArrival: ReplicaArrival
  readonly permissions: Permissions
  readonly roles: Roles
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}): MakeReplica {
  const { buckets, objects, history, replicaArrival, random } = deps
  const mayAct = createRoleCheck(deps)

  async function writeVersion(target: Bucket, request: CopyRequest): Promise<void> {
    const { source, task, rule } = request
    const { key, versionId } = task
    const { object, body } = await objects.open(source, key, { versionId })
    const record = recordOf(object)
    const { etag, checksum, parts, encryption } = record
    const isWhole = checksum?.type === 'FULL_OBJECT'
    await objects.put(target, {
      ...detailsOf(record),
      ...locksOf(record, deps.clock.wallMs()),
      ...ownedAs(record, target, request),
      storageClass: rule.destination.storageClass ?? record.storageClass,
      key,
      body,
      digests: isWhole
        ? { algorithm: checksum.algorithm, givenChecksum: () => checksum.value }
        : { algorithm: 'CRC32' },
      event: 'ObjectCreated:Put',
      origin: serviceOrigin(source, random.uuid()),
      ...(encryption?.kind === 'AES256' && { encryption: { algorithm: 'AES256' } }),
      replicaOf: {
        versionId,
        sequencer: record.sequencer,
        etag,
        ...(checksum && { checksum }),
        ...(parts && { parts }),
      },
    })
  }

  async function applyChanges(target: Bucket, request: CopyRequest) {
    const { source, task, version } = request
    const { key, versionId } = task
    const now = recordOf(version.object)
    await objects.change(target, key, {
      versionId,
      origin: serviceOrigin(source, random.uuid()),
      change({ tags: _tags, retention: _retention, legalHold: _hold, grants: _grants, ...rest }) {
        const { tags } = now
        const locks = locksOf(now, deps.clock.wallMs())
        return { ...rest, ...(tags && { tags }), ...locks, ...ownedAs(now, target, request) }
      },
    })
  }

  async function copy(target: Bucket, request: CopyRequest): Promise<FailureReason | undefined> {
    const { source, task, version } = request
    const { key, versionId } = task
    const record = recordOf(version.object)
    const there = await history.find(target, key, versionId)
    if (record.isDeleteMarker) {
      if (!(await mayAct(request, target, 'ReplicateDelete'))) return 'DstDelObjNotPermitted'
      const origin = serviceOrigin(source, random.uuid())
      const marker = { versionId, sequencer: record.sequencer }
      if (!there) await replicaArrival.marker(target, key, marker, origin)
      return undefined
    }
    if (!isEligible(record)) return 'SrcObjectNotEligible'
    if (!(await mayAct(request, target, 'ReplicateObject'))) return 'DstPutObjectNotPermitted'
    if (record.tags && !(await mayAct(request, target, 'ReplicateTags'))) {
      return 'DstPutTaggingNotPermitted'
    }
    const isLocked = record.retention !== undefined || record.legalHold !== undefined
    if (isLocked && !target.objectLock) return 'DstBucketObjectLockConfigMissing'
    if (!there) await writeVersion(target, request)
    else if (task.what === 'changes') await applyChanges(target, request)
    return undefined
  }

  return async (request) => {
    const { source, rule, roleArn } = request
    const target = await buckets.look(rule.destination.bucketName)
    if (!target) return 'DstBucketNotFound'
    if (target.versioning !== 'Enabled') return 'DstBucketUnversioned'
    const { account } = rule.destination
    if (account !== undefined && account !== target.accountId) return 'DstPutObjectNotPermitted'
    if (!(await isTrusted(deps.roles, source, roleArn))) return 'AssumeRoleNotPermitted'
    return copy(target, request)
  }
}

function detailsOf({ headers, metadata, tags }: ObjectRecord) {
  return { headers, metadata, tags }
}

// AWS: a copy has the owner and the ACL of the version, unless the rule gives it to the bucket's owner.
function ownedAs({ ownerId, grants }: ObjectRecord, target: Bucket, { source, rule }: CopyRequest) {
  if (rule.destination.changesOwner || target.accountId !== source.accountId) return {}
  return { ...(ownerId !== undefined && { ownerId }), ...(grants && { grants }) }
}

/** A retention that has ended binds nobody, and could not be written any more. */
function locksOf({ retention, legalHold }: ObjectRecord, nowMs: number) {
  return {
    ...(retention && retention.untilMs > nowMs && { retention }),
    ...(legalHold !== undefined && { legalHold }),
  }
}

// AWS: archived objects are not copied, nor are those that KMS or the caller enciphered where no rule selects them.
function isEligible({ storageClass, encryption }: ObjectRecord): boolean {
  const isOpen = encryption === undefined || encryption.kind === 'AES256'
  return isOpen && !isArchive(storageClass)
}

async function isTrusted(roles: Roles, source: Bucket, roleArn: string): Promise<boolean> {
  const role = parseArn(roleArn)
  const name = role?.resource.split('/').at(-1)
  if (!role || name === undefined || role.accountId !== source.accountId) return false
  try {
    const { trustPolicy } = await roles.get(source, name)
    const verdict = evaluatePolicy(parsePolicy(trustPolicy), {
      principal: { service: PRINCIPAL },
      action: 'sts:AssumeRole',
      resource: roleArn,
      context: {
        'aws:SourceAccount': source.accountId,
        'aws:SourceArn': `arn:aws:s3:::${source.name}`,
      },
    })
    return verdict === 'allow'
  } catch (error) {
    if (error instanceof ServiceError) return false
    throw error
  }
}

/** Whether the destination lets the role in: by its policy, where it belongs to another account. */
function createRoleCheck({
  permissions,
  log,
}: {
  readonly permissions: Permissions
  readonly log: Logger
}) {
  return async (
    { source, task, roleArn }: CopyRequest,
    target: Bucket,
    action: 'ReplicateObject' | 'ReplicateDelete' | 'ReplicateTags',
  ): Promise<boolean> => {
    const role = parseArn(roleArn)
    const name = role?.resource.split('/').at(-1) ?? ''
    const context: RequestContext = {
      accountId: source.accountId,
      region: source.region,
      requestId: task.versionId,
      accessKeyId: '',
      callerArn: `arn:aws:sts::${role?.accountId}:assumed-role/${name}/s3-replication`,
      endpoint: 'https://s3.amazonaws.com',
      sourceAddress: PRINCIPAL,
      headers: {},
      signal: new AbortController().signal,
      log,
    }
    try {
      await permissions.require({ action, bucket: target, key: task.key, input: {} }, context)
      return true
    } catch (error) {
      if (error instanceof ServiceError) return false
      throw error
    }
  }
}
