import { ServiceError } from '../../../base/errors.ts'
import type { Input } from '../../../wire/contract.ts'
import type { RequestContext } from '../../../wire/operation.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Sdk } from '../contract.ts'
import { ACL_GRANTS_MAX } from '../limits.ts'
import { canonicalIdOf } from '../objects/object-record.ts'
import { accessDenied, invalidArgument, invalidRequest } from '../s3-errors.ts'
import type { Grant, Grantee, Group, ObjectAcl, Permission } from './acl.ts'
import {
  ANONYMOUS_ID,
  callerIdOf,
  cannedGrants,
  hasAcls,
  isPublicAcl,
  ownerOnly,
  ownershipOf,
} from './acl.ts'
import { publicAccessBlockOf } from './bucket-access.ts'

type Policy = NonNullable<Input<Sdk, 'PutObjectAcl'>['AccessControlPolicy']>

/** The members of requests that speak of an ACL, of whatever operation has them. */
export interface AclInput {
  readonly ACL?: string | undefined
  readonly AccessControlPolicy?: Policy | undefined
  readonly GrantFullControl?: string | undefined
  readonly GrantRead?: string | undefined
  readonly GrantReadACP?: string | undefined
  readonly GrantWrite?: string | undefined
  readonly GrantWriteACP?: string | undefined
}

/** Whose the thing is, and (of an object) whose bucket it lies in. */
export interface AclSubject {
  readonly ownerId: string
  readonly bucketOwnerId?: string | undefined
}

const groupUris: Readonly<Record<Group, string>> = {
  AllUsers: 'http://acs.amazonaws.com/groups/global/AllUsers',
  AuthenticatedUsers: 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers',
  LogDelivery: 'http://acs.amazonaws.com/groups/s3/LogDelivery',
}

const permissions = new Set(['FULL_CONTROL', 'READ', 'WRITE', 'READ_ACP', 'WRITE_ACP'])

/** An ACL as GetBucketAcl and GetObjectAcl answer it. */
export function wireAcl(ownerId: string, grants: ReadonlyArray<Grant> | undefined) {
  return {
    Owner: { ID: ownerId },
    Grants: (grants ?? ownerOnly(ownerId)).map(({ grantee, permission }) => ({
      Grantee:
        'group' in grantee
          ? { URI: groupUris[grantee.group], Type: 'Group' as const }
          : { ID: grantee.canonicalId, Type: 'CanonicalUser' as const },
      Permission: permission,
    })),
  }
}

/** The ACL of PutBucketAcl and PutObjectAcl; they have to say one. */
export function givenAcl(
  bucket: Bucket,
  input: AclInput,
  subject: AclSubject,
): ReadonlyArray<Grant> {
  const { ACL, AccessControlPolicy: policy } = input
  const isInHeader = ACL !== undefined || headerGrants(input).length > 0
  if (!isInHeader && policy === undefined) {
    throw new ServiceError('MissingSecurityHeader', 'Your request was missing a required header', {
      fields: { MissingHeaderName: 'x-amz-acl' },
    })
  }
  if (isInHeader && policy !== undefined) {
    throw new ServiceError('UnexpectedContent', 'This request does not support content')
  }
  if (policy && policy.Owner?.ID !== undefined && policy.Owner.ID !== subject.ownerId) {
    throw accessDenied()
  }
  const grants = policy ? policyGrants(policy) : (askedGrants(input, subject) ?? [])
  requireTaken(bucket, input, grants, subject)
  return grants
}

/** Whose a new object is, and its ACL, by what its writer says and by the rules of the bucket. */
export function newObjectAcl(bucket: Bucket, input: AclInput, context: RequestContext): ObjectAcl {
  const bucketOwnerId = canonicalIdOf(bucket.accountId)
  const isGivenOver = input.ACL === 'bucket-owner-full-control'
  const ownership = ownershipOf(bucket.access)
  const isOwners =
    ownership === 'BucketOwnerEnforced' || (ownership === 'BucketOwnerPreferred' && isGivenOver)
  const subject = { ownerId: isOwners ? bucketOwnerId : callerIdOf(context), bucketOwnerId }
  const grants = askedGrants(input, subject)
  if (grants) requireTaken(bucket, input, grants, subject)
  if (!hasAcls(bucket)) return {}
  return {
    ...(subject.ownerId !== bucketOwnerId && { ownerId: subject.ownerId }),
    ...(grants && !isOwnerOnly(grants, subject.ownerId) && { grants }),
  }
}

/** The ACL in the headers; undefined when they say nothing. */
export function askedGrants(
  input: AclInput,
  subject: AclSubject,
): ReadonlyArray<Grant> | undefined {
  const { ACL } = input
  const inHeaders = headerGrants(input)
  if (ACL === undefined) return inHeaders.length > 0 ? inHeaders : undefined
  if (inHeaders.length > 0) {
    throw invalidRequest('Specifying both Canned ACLs and Header Grants is not allowed')
  }
  const grants = cannedGrants(ACL, subject)
  if (!grants) throw invalidArgument('', 'x-amz-acl', ACL)
  return grants
}

/** AWS: with ACLs off, one is taken that says what is so anyway. */
function requireTaken(
  bucket: Bucket,
  { ACL }: AclInput,
  grants: ReadonlyArray<Grant>,
  { ownerId }: AclSubject,
): void {
  if (!hasAcls(bucket)) {
    const isPlain =
      ACL === 'private' ||
      ACL === 'bucket-owner-full-control' ||
      isOwnerOnly(grants, canonicalIdOf(bucket.accountId)) ||
      isOwnerOnly(grants, ownerId)
    if (isPlain) return
    throw new ServiceError('AccessControlListNotSupported', 'The bucket does not allow ACLs')
  }
  const block = publicAccessBlockOf(bucket.access)
  if (block?.blockPublicAcls && isPublicAcl(grants)) throw accessDenied()
}

function isOwnerOnly(grants: ReadonlyArray<Grant>, ownerId: string): boolean {
  const [grant, ...more] = grants
  return (
    more.length === 0 &&
    grant?.permission === 'FULL_CONTROL' &&
    'canonicalId' in grant.grantee &&
    grant.grantee.canonicalId === ownerId
  )
}

function headerGrants(input: AclInput): ReadonlyArray<Grant> {
  const grants = [
    ...grantsIn('x-amz-grant-full-control', 'FULL_CONTROL', input.GrantFullControl),
    ...grantsIn('x-amz-grant-read', 'READ', input.GrantRead),
    ...grantsIn('x-amz-grant-read-acp', 'READ_ACP', input.GrantReadACP),
    ...grantsIn('x-amz-grant-write', 'WRITE', input.GrantWrite),
    ...grantsIn('x-amz-grant-write-acp', 'WRITE_ACP', input.GrantWriteACP),
  ]
  if (grants.length > ACL_GRANTS_MAX) throw malformedAcl()
  return grants
}

/** `id="…", uri="…"` */
function grantsIn(
  header: string,
  permission: Permission,
  text: string | undefined,
): ReadonlyArray<Grant> {
  return (text ?? '')
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const found = /^\s*(id|uri|emailAddress)\s*=\s*(?:"([^"]*)"|([^"\s]*))\s*$/i.exec(part)
      if (!found) throw invalidArgument('Argument format not recognized', header, text)
      const [, kind = '', quoted, bare = ''] = found
      return { grantee: granteeOf(kind.toLowerCase(), quoted ?? bare), permission }
    })
}

function policyGrants({ Grants = [] }: Policy): ReadonlyArray<Grant> {
  if (Grants.length > ACL_GRANTS_MAX) throw malformedAcl()
  return Grants.map(({ Grantee: given, Permission }) => {
    if (!given || !Permission || !permissions.has(Permission)) throw malformedAcl()
    const { Type, ID, URI, EmailAddress } = given
    const kinds = { CanonicalUser: 'id', Group: 'uri', AmazonCustomerByEmail: 'emailaddress' }
    const kind = Type && kinds[Type]
    const value = { id: ID, uri: URI, emailaddress: EmailAddress }[kind ?? '']
    if (!kind || value === undefined) throw malformedAcl()
    return { grantee: granteeOf(kind, value), permission: Permission }
  })
}

function granteeOf(kind: string, value: string): Grantee {
  if (kind === 'id') {
    if (/^[0-9a-f]{64}$/.test(value) || value === ANONYMOUS_ID) return { canonicalId: value }
    throw invalidArgument('Invalid id', 'id', value)
  }
  if (kind === 'uri') {
    const found = Object.entries(groupUris).find(([, uri]) => uri === value)
    if (found) return { group: found[0] as Group }
    throw invalidArgument('Invalid group uri', 'uri', value)
  }
  throw new ServiceError(
    'UnresolvableGrantByEmailAddress',
    'The e-mail address you provided does not match any account on record.',
    { fields: { Email: value } },
  )
}

export function aclWithEnforcedOwner(): ServiceError {
  return new ServiceError(
    'InvalidBucketAclWithObjectOwnership',
    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
  )
}

function malformedAcl(): ServiceError {
  return new ServiceError(
    'MalformedACLError',
    'The XML you provided was not well-formed or did not validate against our published schema',
  )
}
