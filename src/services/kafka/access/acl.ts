import type { AclOperation, AclResourceType } from '../parts.ts'

/** One rule: whether a principal, from a host, may do something with the resources of a pattern. */
export interface Acl {
  readonly resourceType: AclResourceType
  readonly patternType: AclPatternType
  /** Of a literal pattern `*` stands for every name. */
  readonly resourceName: string
  /** Such as `User:alice`; `User:*` is everybody. */
  readonly principal: string
  /** An address, or `*`. */
  readonly host: string
  readonly operation: AclOperation | 'all'
  readonly permission: AclPermission
}

export type AclPatternType = 'literal' | 'prefixed'
export type AclPermission = 'allow' | 'deny'

/** Which rules are meant; what is absent matches any. */
export interface AclFilter {
  readonly resourceType?: AclResourceType
  readonly resourceName?: string
  /** `match`: the patterns that the name falls under. */
  readonly patternType?: AclPatternType | 'match'
  readonly principal?: string
  readonly host?: string
  readonly operation?: AclOperation | 'all'
  readonly permission?: AclPermission
}

export const WILDCARD = '*'
export const EVERYBODY = 'User:*'
/** The one name that the resource `cluster` has. */
export const CLUSTER_NAME = 'kafka-cluster'

export function matchesFilter(acl: Acl, filter: AclFilter): boolean {
  const isSame = (name: 'resourceType' | 'principal' | 'host' | 'operation' | 'permission') =>
    filter[name] === undefined || filter[name] === acl[name]
  return (
    isSame('resourceType') &&
    isSame('principal') &&
    isSame('host') &&
    isSame('operation') &&
    isSame('permission') &&
    matchesPattern(acl, filter)
  )
}

function matchesPattern(
  acl: Acl,
  { patternType, resourceName }: Pick<AclFilter, 'patternType' | 'resourceName'>,
): boolean {
  if (patternType === 'match') {
    if (resourceName === undefined) return true
    return acl.patternType === 'literal'
      ? acl.resourceName === resourceName || acl.resourceName === WILDCARD
      : resourceName.startsWith(acl.resourceName)
  }
  if (patternType !== undefined && patternType !== acl.patternType) return false
  return resourceName === undefined || resourceName === acl.resourceName
}
