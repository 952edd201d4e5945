import { expect, test } from 'vitest'
import { compileFilterPattern } from './filter-pattern.ts'

const json = JSON.stringify

test.each<readonly [string, string, boolean]>([
  ['', 'anything', true],
  ['ERROR', 'an ERROR here', true],
  ['ERROR', 'an error here', false],
  ['a b', 'b then a', true],
  ['a c', 'b then a', false],
  ['"b then"', 'b then a', true],
  ['"then b"', 'b then a', false],
  ['"say \\"hi\\""', 'say "hi"', true],
  ['?x ?a', 'b then a', true],
  ['?x ?y', 'b then a', false],
  ['b -a', 'b then a', false],
  ['b -z', 'b then a', true],
  ['{ $.level = "error" }', json({ level: 'error' }), true],
  ['{ $.level = error }', json({ level: 'error' }), true],
  ['{ $.level = "err*" }', json({ level: 'error' }), true],
  ['{ $.level = "*rr*r" }', json({ level: 'error' }), true],
  ['{ $.level = "*rrr" }', json({ level: 'error' }), false],
  ['{ $.level != "error" }', json({ level: 'info' }), true],
  ['{ $.level != "error" }', json({ other: 1 }), false],
  ['{ $.n >= 5 && $.n < 6.5 }', json({ n: 5 }), true],
  ['{ $.n > 5 || $.m = 1 }', json({ n: 5, m: 1 }), true],
  ['{ ($.n = 1 || $.n = 2) && $.m IS TRUE }', json({ n: 2, m: true }), true],
  ['{ $.a.b[1]["c d"] = 7 }', json({ a: { b: [0, { 'c d': 7 }] } }), true],
  ['{ $.a IS NULL }', json({ a: null }), true],
  ['{ $.a NOT EXISTS }', json({ a: null }), false],
  ['{ $.b NOT EXISTS }', json({ a: null }), true],
  ['{ $.a = 1 }', 'no json', false],
  ['{ $.a = 1 }', '"1"', false],
])('the pattern %j on %j answers %j', (pattern, message, expected) => {
  expect(compileFilterPattern(pattern)(message)).toBe(expected)
})

test.each(['[ip, user]', '%re%', '{ $.a = %re% }'])('%j is refused by name', (pattern) => {
  expect(() => compileFilterPattern(pattern)).toThrow(/not supported by Headrace yet/)
})

test.each(['"open', '{ $.a', '{ a = 1 }', '{ $.a ~ 1 }', '{ $.a < "x" }', '{ $.a = 1 } b'])(
  '%j is no pattern',
  (pattern) => {
    expect(() => compileFilterPattern(pattern)).toThrow(
      expect.objectContaining({ code: 'InvalidParameterException' }),
    )
  },
)

test('a pattern with many wildcards does not take long on a long message', () => {
  const pattern = compileFilterPattern(`{ $.a = "${'x*'.repeat(100)}y" }`)
  expect(pattern(json({ a: 'x'.repeat(100_000) }))).toBe(false)
})
