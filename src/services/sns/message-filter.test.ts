import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FilterScope } from './message-filter.ts'
import { matchesAttributes, matchesBody, parseFilter } from './message-filter.ts'

const fits = (rule: unknown, value: unknown) =>
  matchesBody(
    parseFilter(JSON.stringify({ key: rule }), 'MessageBody'),
    JSON.stringify({ key: value }),
  )

test.each<[rule: unknown, fitting: unknown[], others: unknown[]]>([
  [
    ['a', 1, true, null],
    ['a', 1, true, null, ['x', 'a']],
    ['b', '1', 2, false, []],
  ],
  [[{ prefix: 'ab' }], ['ab', 'abc'], ['a', 'xab', 1]],
  [[{ suffix: 'ab' }], ['ab', 'xab'], ['b', 'abx']],
  [[{ 'equals-ignore-case': 'Ab' }], ['AB', 'ab'], ['abc']],
  [[{ exists: true }], ['', 0, null], [undefined]],
  [[{ exists: false }], [undefined], ['', null]],
  [[{ 'anything-but': ['a', 1] }], ['b', 2], ['a', 1, undefined]],
  [[{ 'anything-but': { prefix: 'a' } }], ['b'], ['ab', undefined]],
  [[{ numeric: ['=', 3] }], [3, 3.0], [4, '3']],
  [[{ numeric: ['>', 0, '<=', 5] }], [0.1, 5], [0, 5.1, 'x']],
  [[{ cidr: '10.0.0.0/24' }], ['10.0.0.0', '10.0.0.255'], ['10.0.1.0', 'x', 10]],
  [[{ cidr: '2001:db8::/32' }], ['2001:db8::1'], ['2001:db9::1', '10.0.0.1']],
])('%j fits what it should, and nothing else', (rule, fitting, others) => {
  expect(fitting.filter((value) => !fits(rule, value))).toEqual([])
  expect(others.filter((value) => fits(rule, value))).toEqual([])
})

test.each<[policy: string, complaint: string, scope?: FilterScope]>([
  ['{"key":"a"}', 'FilterPolicy: "key" must be an object or an array'],
  ['{"key":[]}', 'FilterPolicy: Empty arrays are not allowed'],
  ['{"key":[["a"]]}', 'Match value must be String, number, true, false, or null'],
  ['{"key":[{"suffix":"a","prefix":"b"}]}', 'Only one key allowed in match expression'],
  ['{"key":[{"wrong-operator":true}]}', 'Unrecognized match type wrong-operator'],
  ['{"key":[{"suffix":100}]}', 'suffix match pattern must be a string'],
  ['{"key":[{"exists":null}]}', 'exists match pattern must be either true or false.'],
  ['{"key":[{"anything-but":{"suffix":"a"}}]}', 'Unsupported anything-but pattern: suffix'],
  ['{"key":[{"numeric":["<",100,">",10]}]}', 'Too many elements in numeric expression'],
  ['{"key":[{"numeric":["=","000"]}]}', 'Value of equals must be numeric'],
  ['{"key":[{"numeric":[">",20,"<",30,"<",50]}]}', 'Too many terms in numeric range expression'],
  ['{"key":[{"numeric":[">",20,"<="]}]}', 'Value of <= must be numeric'],
  ['{"key":[{"numeric":[">",20,"test"]}]}', 'Bad numeric range operator: test'],
  ['{"key":[{"numeric":[">",20,30]}]}', 'Bad value in numeric range: 30'],
  ['{"key":[{"numeric":[">",3,"<",1]}]}', 'Bottom must be less than top'],
  ['{"key":[{"numeric":["operator"]}]}', 'Unrecognized numeric range operator: operator'],
  ['{"key":[{"numeric":[1,"<="]}]}', 'Invalid member in numeric match: 1'],
  ['{"key":[{"numeric":[]}]}', 'Invalid member in numeric match: ]'],
  ['{"key":[{"cidr":"bad-filter"}]}', "Malformed CIDR, one '/' required"],
  ['{"key":[{"cidr":"xx.11.xx/8"}]}', 'Nonstandard IP address: xx.11.xx'],
  ['{"key":[{"cidr":"10.0.0.0/xx"}]}', 'Malformed CIDR, mask bits must be an integer'],
  ['{"a":{"b":["c"]}}', 'does not support nested filter policy', 'MessageAttributes'],
  ['invalid', "Unrecognized token 'invalid'"],
])('%s is refused as AWS does', (policy, complaint, scope = 'MessageBody') => {
  expect(() => parseFilter(policy, scope)).toThrow(complaint)
})

test('five keys and 150 combinations are taken, and not one more', () => {
  const keys = (count: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, ['a']])))
  parseFilter(keys(5), 'MessageAttributes')
  expect(() => parseFilter(keys(6), 'MessageAttributes')).toThrow('can not have more than 5 keys')
  const values = (count: number) =>
    JSON.stringify({ key: Array.from({ length: count }, (_, at) => at) })
  parseFilter(values(150), 'MessageAttributes')
  expect(() => parseFilter(values(151), 'MessageAttributes')).toThrow('too complex')
})

test('any element of String.Array fits; nested bodies and $or are looked into', () => {
  const list = { dataType: 'String.Array', text: '["x",3,true]' }
  const byList = (rule: unknown) => parseFilter(JSON.stringify({ list: rule }), 'MessageAttributes')
  expect(matchesAttributes(byList([3]), { list })).toBe(true)
  expect(matchesAttributes(byList(['y']), { list })).toBe(false)
  const either = parseFilter('{"a":[1],"$or":[{"b":{"c":[2]}},{"d":[3]}]}', 'MessageBody')
  expect(matchesBody(either, '{"a":1,"b":[{"c":2}]}')).toBe(true)
  expect(matchesBody(either, '{"a":1,"d":3}')).toBe(true)
  expect(matchesBody(either, '{"a":1}')).toBe(false)
  expect(matchesBody(either, 'no JSON')).toBe(false)
})

test('a value fits the filter that lists it, and never the one that excludes it', () => {
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean())
  fc.assert(
    fc.property(fc.array(scalar, { minLength: 1, maxLength: 10 }), scalar, (listed, value) => {
      const isListed = listed.includes(value)
      expect(fits(listed, value)).toBe(isListed)
      expect(fits([{ 'anything-but': listed }], value)).toBe(!isListed)
    }),
    { seed: 7 },
  )
})
