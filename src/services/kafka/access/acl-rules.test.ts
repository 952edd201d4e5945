import { expect, test } from 'vitest'
import type { AclOperation, AclResourceType } from '../parts.ts'
import type { Acl } from './acl.ts'
import { matchesFilter } from './acl.ts'
import { createAclRules } from './acl-rules.ts'

const alice = { principal: 'User:alice', clientAddress: '10.0.0.1' }
const bob = { principal: 'User:bob', clientAddress: '10.0.0.2' }

function rule(members: Partial<Acl> = {}): Acl {
  return {
    resourceType: 'topic',
    patternType: 'literal',
    resourceName: 'orders',
    principal: 'User:alice',
    host: '*',
    operation: 'read',
    permission: 'allow',
    ...members,
  }
}

function may(
  acls: ReadonlyArray<Acl>,
  caller: typeof alice,
  operation: AclOperation,
  name = 'orders',
  type: AclResourceType = 'topic',
) {
  return createAclRules(acls).allows(caller, operation, { type, name })
}

test('without a rule for it, everybody may use a resource', () => {
  expect(may([], bob, 'delete')).toBe(true)
  expect(may([rule()], bob, 'read', 'other')).toBe(true)
  expect(may([rule()], bob, 'read', 'orders', 'group')).toBe(true)
})

test('a rule for a resource closes it for all whom it does not permit', () => {
  expect(may([rule()], alice, 'read')).toBe(true)
  expect(may([rule()], alice, 'write')).toBe(false)
  expect(may([rule()], bob, 'read')).toBe(false)
})

test('a denial wins over permissions, and everybody is meant by User:*', () => {
  const acls = [rule({ principal: 'User:*' }), rule({ principal: 'User:bob', permission: 'deny' })]
  expect(may(acls, alice, 'read')).toBe(true)
  expect(may(acls, bob, 'read')).toBe(false)
})

test('prefixes and the wildcard hold for the names below them', () => {
  const prefixed = rule({ patternType: 'prefixed', resourceName: 'ord' })
  expect(may([prefixed], bob, 'read', 'orders')).toBe(false)
  expect(may([prefixed], alice, 'read', 'ord')).toBe(true)
  expect(may([prefixed], bob, 'read', 'or')).toBe(true)
  const all = rule({ resourceName: '*' })
  expect(may([all], alice, 'read', 'anything')).toBe(true)
  expect(may([all], bob, 'read', 'anything')).toBe(false)
})

test('a rule is for its host', () => {
  const acls = [rule({ host: '10.0.0.1' })]
  expect(may(acls, alice, 'read')).toBe(true)
  expect(may(acls, { ...alice, clientAddress: '10.0.0.9' }, 'read')).toBe(false)
})

test.each<[AclOperation | 'all', AclOperation, boolean]>([
  ['read', 'describe', true],
  ['write', 'describe', true],
  ['delete', 'describe', true],
  ['alter', 'describe', true],
  ['create', 'describe', false],
  ['alter-configs', 'describe-configs', true],
  ['describe-configs', 'alter-configs', false],
  ['describe', 'read', false],
  ['all', 'alter', true],
])('permission for %s permits %s: %s', (operation, asked, expected) => {
  expect(may([rule({ operation })], alice, asked)).toBe(expected)
})

test('a denial implies nothing', () => {
  const acls = [rule({ operation: 'read', permission: 'deny' }), rule({ operation: 'describe' })]
  expect(may(acls, alice, 'describe')).toBe(true)
  expect(may(acls, alice, 'read')).toBe(false)
})

test('some topic may be written when one is permitted, or none is closed to all', () => {
  const some = (acls: ReadonlyArray<Acl>, caller = alice) =>
    createAclRules(acls).allowsSome(caller, 'write', 'topic')
  expect(some([])).toBe(true)
  expect(some([rule({ permission: 'deny', operation: 'write' })])).toBe(true)
  const closed = rule({ resourceName: '*', operation: 'write', principal: 'User:carol' })
  expect(some([closed])).toBe(false)
  expect(some([closed, rule({ operation: 'write' })])).toBe(true)
  expect(some([closed, rule({ operation: 'write' })], bob)).toBe(false)
  expect(some([rule({ resourceName: '*', permission: 'deny', operation: 'all' })])).toBe(false)
})

test('a filter finds by what it names; match finds the patterns that a name falls under', () => {
  const literal = rule()
  const prefixed = rule({ patternType: 'prefixed', resourceName: 'ord' })
  const all = rule({ resourceName: '*', permission: 'deny' })
  const found = (filter: Parameters<typeof matchesFilter>[1]) =>
    [literal, prefixed, all].filter((acl) => matchesFilter(acl, filter))
  expect(found({})).toHaveLength(3)
  expect(found({ patternType: 'match', resourceName: 'orders' })).toEqual([literal, prefixed, all])
  expect(found({ patternType: 'match', resourceName: 'ord' })).toEqual([prefixed, all])
  expect(found({ patternType: 'literal', resourceName: 'orders' })).toEqual([literal])
  expect(found({ resourceName: 'ord' })).toEqual([prefixed])
  expect(found({ permission: 'deny' })).toEqual([all])
  expect(found({ principal: 'User:bob' })).toEqual([])
  expect(found({ resourceType: 'group' })).toEqual([])
})
