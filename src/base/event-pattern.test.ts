import { expect, test } from 'vitest'
import { compileEventPattern } from './event-pattern.ts'

const document = {
  data: {
    type: 'sale',
    amount: 12.5,
    tags: ['a', 'b'],
    who: { name: 'Ann' },
    none: null,
    ok: true,
  },
}

test.each<readonly [object, boolean]>([
  [{ data: { type: ['sale'] } }, true],
  [{ data: { type: ['refund'] } }, false],
  [{ data: { type: ['refund', 'sale'] } }, true],
  [{ data: { type: ['sale'], amount: [13] } }, false],
  [{ data: { amount: [12.5] } }, true],
  [{ data: { tags: ['b'] } }, true],
  [{ data: { who: { name: [{ prefix: 'A' }] } } }, true],
  [{ data: { who: { name: [{ suffix: 'n' }] } } }, true],
  [{ data: { who: { name: [{ 'equals-ignore-case': 'ANN' }] } } }, true],
  [{ data: { who: { name: [{ 'anything-but': 'Ann' }] } } }, false],
  [{ data: { who: { name: [{ 'anything-but': ['Bob', 'Eve'] }] } } }, true],
  [{ data: { who: { name: [{ 'anything-but': { prefix: 'B' } }] } } }, true],
  [{ data: { absent: [{ 'anything-but': 'x' }] } }, false],
  [{ data: { amount: [{ numeric: ['>', 10, '<=', 12.5] }] } }, true],
  [{ data: { amount: [{ numeric: ['=', 12] }] } }, false],
  [{ data: { type: [{ numeric: ['>', 1] }] } }, false],
  [{ data: { amount: [{ exists: true }] } }, true],
  [{ data: { absent: [{ exists: false }] } }, true],
  [{ data: { type: [{ exists: false }] } }, false],
  [{ data: { none: [null] } }, true],
  [{ data: { ok: [true] } }, true],
  [{ $or: [{ data: { type: ['x'] } }, { data: { amount: [12.5] } }] }, true],
  [{ data: { $or: [{ type: ['x'] }, { amount: [1] }] } }, false],
  [{ other: ['x'] }, false],
])('%j answers %j', (pattern, expected) => {
  expect(compileEventPattern(JSON.stringify(pattern))(document)).toBe(expected)
})

test.each([
  'no json',
  '[]',
  '{}',
  '{"a":"b"}',
  '{"a":[]}',
  '{"a":[{"prefix":1}]}',
  '{"a":[{"numeric":[">"]}]}',
  '{"a":[{"numeric":["~",1]}]}',
  '{"a":[{"cidr":"10.0.0.0"}]}',
  '{"a":[{"prefix":"x","suffix":"y"}]}',
  '{"$or":[]}',
])('%s is no pattern', (text) => {
  expect(() => compileEventPattern(text)).toThrow('Event pattern is not valid. Reason: ')
})

test.each([
  [{ wildcard: 'a*c' }, 'abbc', true],
  [{ wildcard: 'a*c*' }, 'ab', false],
  [{ wildcard: 'ab*ba' }, 'aba', false],
  [{ cidr: '10.0.0.0/24' }, '10.0.0.255', true],
  [{ cidr: '10.0.0.0/24' }, '10.0.1.0', false],
  [{ prefix: { 'equals-ignore-case': 'AB' } }, 'abc', true],
  [{ 'anything-but': { wildcard: '*/lib/*' } }, 'a/lib/b', false],
  [{ 'anything-but': { prefix: ['a', 'b'] } }, 'c', true],
])('%j of %s answers %j', (rule, value, expected) => {
  const pattern = JSON.stringify({ detail: { at: [rule] } })
  expect(compileEventPattern(pattern)({ detail: { at: value } })).toBe(expected)
  expect(compileEventPattern(pattern)({ detail: [{ at: value }] })).toBe(expected)
})
