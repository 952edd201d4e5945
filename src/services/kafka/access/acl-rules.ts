import type { AclOperation, AclResourceType } from '../parts.ts'
import type { Acl } from './acl.ts'
import { EVERYBODY, WILDCARD } from './acl.ts'

/** Who asks, as rules name it. */
export interface Caller {
  readonly principal: string
  readonly clientAddress: string
}

/** The rules of one account in one region, ready to be asked. */
export interface AclRules {
  readonly all: ReadonlyArray<Acl>
  /**
   * Kafka's decision (AclAuthorizer): without a rule for the resource everybody may; else a denial
   * that fits forbids, and one permission that fits allows.
   */
  allows(
    caller: Caller,
    operation: AclOperation,
    resource: { readonly type: AclResourceType; readonly name: string },
  ): boolean
  /** Whether there is any name of that type with which the caller may do it (KIP-679). */
  allowsSome(caller: Caller, operation: AclOperation, type: AclResourceType): boolean
}

/** What a permission for one operation permits besides. */
const implied: Readonly<Partial<Record<AclOperation, ReadonlyArray<AclOperation>>>> = {
  read: ['describe'],
  write: ['describe'],
  delete: ['describe'],
  alter: ['describe'],
  'alter-configs': ['describe-configs'],
}

export function createAclRules(all: ReadonlyArray<Acl>): AclRules {
  const literal = new Map<string, Acl[]>()
  const prefixed = new Map<string, Acl[]>()
  const prefixLengths = new Set<number>()
  for (const acl of all) {
    const index = acl.patternType === 'literal' ? literal : prefixed
    const key = keyOf(acl.resourceType, acl.resourceName)
    const there = index.get(key)
    if (there) there.push(acl)
    else index.set(key, [acl])
    if (acl.patternType === 'prefixed') prefixLengths.add(acl.resourceName.length)
  }

  function rulesFor(type: AclResourceType, name: string): Acl[] {
    const found = [...(literal.get(keyOf(type, name)) ?? [])]
    if (name !== WILDCARD) found.push(...(literal.get(keyOf(type, WILDCARD)) ?? []))
    for (const length of prefixLengths) {
      if (length > name.length) continue
      found.push(...(prefixed.get(keyOf(type, name.slice(0, length))) ?? []))
    }
    return found
  }

  const allows: AclRules['allows'] = (caller, operation, { type, name }) => {
    if (all.length === 0) return true
    const rules = rulesFor(type, name)
    return rules.length === 0 || decide(rules, caller, operation)
  }

  return {
    all,
    allows,
    allowsSome(caller, operation, type) {
      const rules = all.filter(({ resourceType }) => resourceType === type)
      // Only a denial of everything closes every name, as there are always names without a rule.
      if (rules.some((acl) => isForAll(acl) && denies(acl, caller, operation))) return false
      if (!rules.some(isForAll)) return true
      return rules.some(
        (acl) => permits(acl, caller, operation) && allows(caller, operation, nameOf(acl)),
      )
    },
  }
}

function decide(rules: ReadonlyArray<Acl>, caller: Caller, operation: AclOperation): boolean {
  if (rules.some((acl) => denies(acl, caller, operation))) return false
  return rules.some((acl) => permits(acl, caller, operation))
}

function denies(acl: Acl, caller: Caller, operation: AclOperation): boolean {
  return acl.permission === 'deny' && isMeant(acl, caller) && isOperation(acl, operation)
}

function permits(acl: Acl, caller: Caller, operation: AclOperation): boolean {
  if (acl.permission !== 'allow' || !isMeant(acl, caller)) return false
  if (isOperation(acl, operation)) return true
  return acl.operation !== 'all' && implied[acl.operation]?.includes(operation) === true
}

function isOperation(acl: Acl, operation: AclOperation): boolean {
  return acl.operation === operation || acl.operation === 'all'
}

function isMeant(acl: Acl, { principal, clientAddress }: Caller): boolean {
  if (acl.host !== WILDCARD && acl.host !== clientAddress) return false
  return acl.principal === principal || acl.principal === EVERYBODY
}

function isForAll({ patternType, resourceName }: Acl): boolean {
  return patternType === 'literal' && resourceName === WILDCARD
}

function nameOf({ resourceType, resourceName }: Acl) {
  return { type: resourceType, name: resourceName }
}

function keyOf(type: AclResourceType, name: string): string {
  return `${type}/${name}`
}
