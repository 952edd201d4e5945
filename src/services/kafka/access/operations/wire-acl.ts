import type { AclOperation, AclResourceType } from '../../parts.ts'
import type { Acl, AclFilter, AclPatternType, AclPermission } from '../acl.ts'
import { CLUSTER_NAME } from '../acl.ts'
import { accessLimits } from '../limits.ts'

/*
 * The numbers that Kafka's messages have for the parts of a rule (ResourceType, PatternType,
 * AclOperation, AclPermissionType).
 */

const ANY = 1
const MATCH = 2

const resourceTypes: ReadonlyMap<number, AclResourceType> = new Map([
  [2, 'topic'],
  [3, 'group'],
  [4, 'cluster'],
  [5, 'transactional-id'],
])
const patternTypes: ReadonlyMap<number, AclPatternType> = new Map([
  [3, 'literal'],
  [4, 'prefixed'],
])
const operations: ReadonlyMap<number, AclOperation | 'all'> = new Map([
  [2, 'all'],
  [3, 'read'],
  [4, 'write'],
  [5, 'create'],
  [6, 'delete'],
  [7, 'alter'],
  [8, 'describe'],
  [9, 'cluster-action'],
  [10, 'describe-configs'],
  [11, 'alter-configs'],
  [12, 'idempotent-write'],
])
const permissions: ReadonlyMap<number, AclPermission> = new Map([
  [2, 'deny'],
  [3, 'allow'],
])

/** A rule as requests write it. */
export interface WireAcl {
  readonly resourceType: number
  readonly resourceName: string
  readonly patternType: number
  readonly principal: string
  readonly host: string
  readonly operation: number
  readonly permissionType: number
}

/** A filter as requests write it. */
export interface WireAclFilter {
  readonly resourceTypeFilter: number
  readonly resourceNameFilter: string | null
  readonly patternTypeFilter: number
  readonly principalFilter: string | null
  readonly hostFilter: string | null
  readonly operation: number
  readonly permissionType: number
}

/** The rule, or why it cannot be one. */
export function readAcl(wire: WireAcl): Acl | string {
  const { resourceName, principal, host } = wire
  const resourceType = resourceTypes.get(wire.resourceType)
  const patternType = patternTypes.get(wire.patternType)
  const operation = operations.get(wire.operation)
  const permission = permissions.get(wire.permissionType)
  if (!resourceType) {
    return `The resource type ${wire.resourceType} is not served: rules are for topics, groups, the cluster and transactional ids.`
  }
  if (!patternType) return `The pattern type ${wire.patternType} is not one of a rule.`
  if (!operation) return `The operation ${wire.operation} is not one of a rule.`
  if (!permission) return `The permission type ${wire.permissionType} is not one of a rule.`
  if (resourceName === '') return 'Invalid empty resource name'
  if (resourceType === 'cluster' && resourceName !== CLUSTER_NAME) {
    return `The only valid name for the CLUSTER resource is ${CLUSTER_NAME}`
  }
  if (!/^User:./.test(principal)) {
    return `The principal '${principal}' is not one of a user (User:name, or User:*).`
  }
  if (host === '') return 'The host must be an address, or * for any.'
  if ([resourceName, principal, host].some(isTooLong)) {
    return `A name in a rule has at most ${accessLimits.ruleTextLengthMax} characters.`
  }
  return { resourceType, patternType, resourceName, principal, host, operation, permission }
}

/** The filter, or why it cannot be one. */
export function readAclFilter(wire: WireAclFilter): AclFilter | string {
  const resourceType = resourceTypes.get(wire.resourceTypeFilter)
  const patternType =
    wire.patternTypeFilter === MATCH ? 'match' : patternTypes.get(wire.patternTypeFilter)
  const operation = operations.get(wire.operation)
  const permission = permissions.get(wire.permissionType)
  const isWrong = (value: unknown, code: number) => value === undefined && code !== ANY
  if (
    isWrong(resourceType, wire.resourceTypeFilter) ||
    isWrong(patternType, wire.patternTypeFilter) ||
    isWrong(operation, wire.operation) ||
    isWrong(permission, wire.permissionType)
  ) {
    return 'The filter names a resource type, pattern type, operation or permission type that is not served.'
  }
  return {
    ...(resourceType && { resourceType }),
    ...(patternType && { patternType }),
    ...(operation && { operation }),
    ...(permission && { permission }),
    ...(wire.resourceNameFilter !== null && { resourceName: wire.resourceNameFilter }),
    ...(wire.principalFilter !== null && { principal: wire.principalFilter }),
    ...(wire.hostFilter !== null && { host: wire.hostFilter }),
  }
}

export function writeAcl(acl: Acl): WireAcl {
  const { resourceName, principal, host } = acl
  return {
    resourceType: codeOf(resourceTypes, acl.resourceType),
    resourceName,
    patternType: codeOf(patternTypes, acl.patternType),
    principal,
    host,
    operation: codeOf(operations, acl.operation),
    permissionType: codeOf(permissions, acl.permission),
  }
}

function codeOf<Name>(names: ReadonlyMap<number, Name>, wanted: Name): number {
  return [...names].find(([, name]) => name === wanted)?.[0] ?? 0
}

function isTooLong(text: string): boolean {
  return text.length > accessLimits.ruleTextLengthMax
}
