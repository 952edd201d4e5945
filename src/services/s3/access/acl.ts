import type { RequestContext } from '../../../wire/operation.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { canonicalIdOf } from '../objects/object-record.ts'
import type { BucketAccess } from './bucket-access.ts'
import { publicAccessBlockOf } from './bucket-access.ts'
import { callerAccountOf } from './condition-keys.ts'

/** Who gets a permission: an account by its canonical id, or one of AWS's groups. */
export type Grantee = { readonly canonicalId: string } | { readonly group: Group }
export type Group = 'AllUsers' | 'AuthenticatedUsers' | 'LogDelivery'
export type Permission = 'FULL_CONTROL' | 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP'

export interface Grant {
  readonly grantee: Grantee
  readonly permission: Permission
}

/** What a version keeps of whose it is and who else may do what with it. */
export interface ObjectAcl {
  /** Canonical id; absent: the owner of the bucket. */
  readonly ownerId?: string | undefined
  /** Absent: the owner has full control, and nobody else anything. */
  readonly grants?: ReadonlyArray<Grant> | undefined
}

/** Who owns objects that others write, and whether ACLs count at all. */
export type ObjectOwnership = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter'

/** AWS: who asks without a signature is this account in ACLs. */
export const ANONYMOUS_ID = '65a011a29cdf8ec533ec3d1ccaae921c'

/** AWS: the account that reads bundles of Amazon EC2 (canned ACL `aws-exec-read`). */
const EXEC_READ_ID = '6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c'

/** AWS: what a bucket has that was made since April 2023; without any controls the writer owns. */
export function ownershipOf(access: BucketAccess | undefined): ObjectOwnership {
  const ownership = access?.ownership ?? 'BucketOwnerEnforced'
  return ownership === 'none' ? 'ObjectWriter' : ownership
}

export function hasAcls({ access }: Pick<Bucket, 'access'>): boolean {
  return ownershipOf(access) !== 'BucketOwnerEnforced'
}

/** The canonical id of an object's owner: the bucket's where ACLs are off. */
export function ownerIdOf(
  bucket: Pick<Bucket, 'access' | 'accountId'>,
  { ownerId }: ObjectAcl,
): string {
  return (hasAcls(bucket) ? ownerId : undefined) ?? canonicalIdOf(bucket.accountId)
}

export function ownerOnly(ownerId: string): ReadonlyArray<Grant> {
  return [{ grantee: { canonicalId: ownerId }, permission: 'FULL_CONTROL' }]
}

export function isPublicAcl(grants: ReadonlyArray<Grant> | undefined): boolean {
  return grants?.some(({ grantee }) => isPublic(grantee)) ?? false
}

/** Whether the ACL of the bucket lets the world in, under its public access block. */
export function hasPublicAcl(bucket: Bucket): boolean {
  const ignored = publicAccessBlockOf(bucket.access)?.ignorePublicAcls === true
  return hasAcls(bucket) && !ignored && isPublicAcl(bucket.access?.grants)
}

/** Whether the bucket's ACL says no more than that it is its owner's. */
export function isPrivateBucket({
  access,
  accountId,
}: Pick<Bucket, 'access' | 'accountId'>): boolean {
  const ownerId = canonicalIdOf(accountId)
  return (access?.grants ?? []).every(
    ({ grantee }) => 'canonicalId' in grantee && grantee.canonicalId === ownerId,
  )
}

/** Does one of the grants give the permission? */
export function givesPermission(
  grants: ReadonlyArray<Grant>,
  wanted: Permission,
  caller: { readonly callerId: string; readonly ignoresPublic: boolean },
): boolean {
  return grants.some(
    ({ grantee, permission }) =>
      (permission === wanted || permission === 'FULL_CONTROL') &&
      !(caller.ignoresPublic && isPublic(grantee)) &&
      isOne(grantee, caller.callerId),
  )
}

/**
 * A canned ACL in full; undefined when there is none of this name for a bucket or an object.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
 */
export function cannedGrants(
  name: string,
  about: { readonly ownerId: string; readonly bucketOwnerId?: string | undefined },
): ReadonlyArray<Grant> | undefined {
  const { ownerId, bucketOwnerId } = about
  const owner = ownerOnly(ownerId)
  const group = (one: Group, ...permissions: ReadonlyArray<Permission>) => [
    ...owner,
    ...permissions.map((permission) => ({ grantee: { group: one }, permission })),
  ]
  const account = (canonicalId: string, permission: Permission) =>
    canonicalId === ownerId ? owner : [...owner, { grantee: { canonicalId }, permission }]
  if (name === 'private') return owner
  if (name === 'public-read') return group('AllUsers', 'READ')
  if (name === 'public-read-write') return group('AllUsers', 'READ', 'WRITE')
  if (name === 'authenticated-read') return group('AuthenticatedUsers', 'READ')
  if (name === 'aws-exec-read') return account(EXEC_READ_ID, 'READ')
  if (bucketOwnerId === undefined) {
    return name === 'log-delivery-write' ? group('LogDelivery', 'WRITE', 'READ_ACP') : undefined
  }
  if (name === 'bucket-owner-read') return account(bucketOwnerId, 'READ')
  if (name === 'bucket-owner-full-control') return account(bucketOwnerId, 'FULL_CONTROL')
  return undefined
}

function isPublic(grantee: Grantee): boolean {
  return 'group' in grantee && grantee.group !== 'LogDelivery'
}

function isOne(grantee: Grantee, callerId: string): boolean {
  if ('canonicalId' in grantee) return grantee.canonicalId === callerId
  if (grantee.group === 'AllUsers') return true
  return grantee.group === 'AuthenticatedUsers' && callerId !== ANONYMOUS_ID
}

/** Who asks, or writes, as ACLs name him. */
export function callerIdOf(context: Pick<RequestContext, 'callerArn'>): string {
  const accountId = callerAccountOf(context)
  return accountId === '' ? ANONYMOUS_ID : canonicalIdOf(accountId)
}
