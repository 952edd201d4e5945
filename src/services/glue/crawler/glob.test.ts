import { expect, test } from 'vitest'
import { globPattern } from './glob.ts'

// The examples of the AWS Glue Developer Guide, "Include and exclude patterns".
test.each([
  ['*.csv', 'a.csv', true],
  ['*.csv', 'x/a.csv', false],
  ['*.*', 'name.with.dot', true],
  ['*.{csv,avro}', 'a.avro', true],
  ['foo.?', 'foo.x', true],
  ['foo.?', 'foo.xy', false],
  ['myfolder/*', 'myfolder/a', true],
  ['myfolder/*', 'myfolder/a/b', false],
  ['myfolder/**', 'myfolder/a/b', true],
  ['**/part[0-3]*', 'x/part2-z', true],
  ['part[!0-3]', 'part5', true],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'axb', false],
])('%s against %s is %s', (glob, key, expected) => {
  expect(globPattern(glob).test(key)).toBe(expected)
})

test('a pattern without an end is refused', () => {
  expect(() => globPattern('{a,b')).toThrow('without an end')
  expect(() => globPattern('[abc')).toThrow('without an end')
})
