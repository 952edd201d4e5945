import { ServiceError } from '../../../base/errors.ts'
import type { Input } from '../../../wire/contract.ts'
import type { Sdk } from '../contract.ts'
import { ownerOf, requireNoAcl } from '../objects/wire-object.ts'
import { invalidRequest } from '../s3-errors.ts'

/** The only ACL there is while object ownership is "bucket owner enforced". */
export function ownerOnly(accountId: string) {
  const owner = ownerOf(accountId)
  return {
    Owner: owner,
    Grants: [
      {
        Grantee: { ...owner, Type: 'CanonicalUser' as const },
        Permission: 'FULL_CONTROL' as const,
      },
    ],
  }
}

type AclInput = Omit<Input<Sdk, 'PutObjectAcl'>, 'Key'>

/** Throws `AccessControlListNotSupported` for all but what `ownerOnly` says. */
export function requireAcl(
  input: Omit<AclInput, 'ACL'> & { readonly ACL?: string | undefined },
  accountId: string,
): void {
  const { ACL, AccessControlPolicy: policy } = input
  const grants = [
    input.GrantFullControl,
    input.GrantRead,
    input.GrantReadACP,
    input.GrantWrite,
    input.GrantWriteACP,
  ].filter((grant) => grant !== undefined)
  if (ACL !== undefined && grants.length > 0) {
    throw invalidRequest('Specifying both Canned ACLs and Header Grants is not allowed')
  }
  if (ACL === undefined && grants.length === 0 && policy === undefined) {
    throw new ServiceError('MissingSecurityHeader', 'Your request was missing a required header', {
      fields: { MissingHeaderName: 'x-amz-acl' },
    })
  }
  requireNoAcl(input)
  if (policy === undefined) return
  const [grant, ...more] = policy.Grants ?? []
  const isOwners =
    more.length === 0 &&
    grant?.Permission === 'FULL_CONTROL' &&
    grant.Grantee?.ID === ownerOf(accountId).ID
  if (isOwners) return
  throw new ServiceError('AccessControlListNotSupported', 'The bucket does not allow ACLs')
}
