import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyStructure } from '../../../test/support/wire-arbitraries.ts'
import { MalformedInput } from './malformed-input.ts'
import { parseXml } from './xml-parser.ts'
import { readXml } from './xml-reader.ts'
import { writeXml } from './xml-writer.ts'

const seed = 13

function parse(text: string) {
  return parseXml(Buffer.from(text))
}

test('what is written as XML is read as it was', () => {
  fc.assert(
    fc.property(anyStructure(), ({ shape, value }) => {
      const text = writeXml(shape, value, 'Root', ' xmlns="urn:x"')
      expect(readXml(shape, parse(text))).toEqual(value)
    }),
    { seed, numRuns: 300 },
  )
})

test('a document is parsed with all that may stand in one', () => {
  const root = parse(
    '\ufeff<?xml version="1.0"?>\n<!-- a -->\n<s3:A xmlns:s3="u" b = \'1 &amp; "2"\'>x<![CDATA[<&]]>' +
      '<!-- <c> --><?p q?>&lt;&#65;&#x1F600;<d /><e >y</e ></s3:A>\n<!-- z -->',
  )
  expect(root).toMatchObject({ name: 'A', text: 'x<&<A😀' })
  expect(root.attributes.get('b')).toBe('1 & "2"')
  expect(root.children.map(({ name, text }) => [name, text])).toEqual([
    ['d', ''],
    ['e', 'y'],
  ])
})

test.each([
  '',
  'text',
  '<a>',
  '<a></b>',
  '<a/><b/>',
  '<a b=1/>',
  '<a b="1" b="2"/>',
  '<a b="1"c="2"/>',
  '<a>&b;</a>',
  '<a>& </a>',
  '<a>&#0;</a>',
  '<a>&#x110000;</a>',
  '<a>&lt</a>',
  '<a><!-- </a>',
  '<a><![CDATA[ </a>',
  '<1a/>',
  '<!DOCTYPE a><a/>',
  '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
  '<a><!DOCTYPE b></a>',
])('%s is refused', (text) => {
  expect(() => parse(text)).toThrow(MalformedInput)
})

test('nesting beyond the limit is refused', () => {
  const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth)
  expect(() => parse(nested(64))).not.toThrow()
  expect(() => parse(nested(65))).toThrow('Nested deeper than 64 levels')
  expect(() => parse('<a>'.repeat(100_000))).toThrow('Nested deeper than 64 levels')
})

test('text without sense is refused and nothing else happens', () => {
  const pieces = fc.constantFrom('<', '>', '/', 'a', '</a>', '<a>', '&', ';', '"', '=', ' ', '<!--')
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (given) => {
      try {
        parse(given.join(''))
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedInput)
      }
    }),
    { seed, numRuns: 3000 },
  )
})
