import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTopicPattern } from './topic-pattern.ts'

function matches(text: string, name: string): boolean {
  const pattern = parseTopicPattern(text)
  if ('fault' in pattern) throw new Error(pattern.fault)
  return pattern.matches(name)
}

/** Expressions that JavaScript and RE2 read alike. */
const expression: fc.Arbitrary<string> = fc.letrec<{ node: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', '.', '-', '[ab]', '[^a]', '\\d', '\\w', '\\.', '[a-c_]', '\\-'),
    tie('node').map((inner) => `(${inner})`),
    tie('node').map((inner) => `(?:${inner})`),
  ),
  node: fc.oneof(
    { depthSize: 'small' },
    tie('atom'),
    fc
      .tuple(tie('atom'), fc.constantFrom('*', '+', '?', '{2}', '{1,}', '{0,2}', '*?', '+?'))
      .map((parts) => parts.join('')),
    fc.tuple(tie('node'), tie('node')).map((parts) => parts.join('')),
    fc.tuple(tie('node'), tie('node')).map((parts) => parts.join('|')),
  ),
})).node

const name = fc
  .array(fc.constantFrom('a', 'b', 'c', '-', '.', '1', '_'), { maxLength: 12 })
  .map((chars) => chars.join(''))

describe('the expression of a subscription', () => {
  test('matches what a regular expression matches as a whole', () => {
    fc.assert(
      fc.property(expression, name, (text, one) => {
        expect(matches(text, one)).toBe(new RegExp(`^(?:${text})$`).test(one))
      }),
      { seed: 2, numRuns: 3_000 },
    )
  })

  test('takes anchors and names of groups', () => {
    expect(matches('^orders-(?P<year>\\d{4})$', 'orders-2026')).toBe(true)
    expect(matches('^orders', 'orders-2026')).toBe(false)
    expect(matches('a^b', 'ab')).toBe(false)
  })

  test('takes no longer for an expression that would keep others busy for ever', () => {
    expect(matches('(a*)*(a|aa)+b', 'a'.repeat(249))).toBe(false)
    expect(matches('(.*.*.*.*.*)*x', 'a'.repeat(249))).toBe(false)
  })

  test.each([
    ['(a', 'a parenthesis is not closed'],
    ['a)', 'a parenthesis is not opened'],
    ['[a', 'a bracket is not closed'],
    ['*a', 'there is nothing before "*" to repeat'],
    ['a\\', 'the expression ends with a backslash'],
    ['\\bword', '"\\b" is not built'],
    ['(?=a)', 'of groups with "(?", only "(?:" and named ones are built'],
    ['[z-a]', 'z-a is no range'],
    ['a{2,1}', '{2,1} is out of range'],
    ['a{1001}', '{1001} is out of range'],
    ['(a{1000}){1000}', 'the expression is too large'],
    ['('.repeat(200), 'the expression is nested too deeply'],
  ])('refuses %s by name', (text, fault) => {
    expect(parseTopicPattern(text)).toEqual({ fault })
  })
})
