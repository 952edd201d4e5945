import { ownerOf } from './wire-object.ts'

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
