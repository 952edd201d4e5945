import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyStructure } from '../../../test/support/wire-arbitraries.ts'
import type { Shape, StructureShape } from '../model/shape.ts'
import { createPiecesWriter } from './json-pieces.ts'
import { compileScanner } from './json-scanner.ts'
import { jsonDialect, parseJson } from './json-text.ts'
import { createJsonWriter } from './json-writer.ts'
import { MalformedInput } from './malformed-input.ts'
import { createTreeReader } from './tree-reader.ts'

const seed = 7
const string: Shape = { kind: 'string', streaming: false }
const blob: Shape = { kind: 'blob', streaming: false }

const entry = structure('Entry', { Data: blob, PartitionKey: string })
const put = structure('Put', {
  StreamName: string,
  Records: { kind: 'list', element: member('member', entry) },
  Count: { kind: 'number', streaming: false },
  Tags: { kind: 'map', key: member('key', string), value: member('value', string) },
})

function member(name: string, shape: Shape) {
  return { name, shape, required: false, traits: {}, limits: undefined }
}

function structure(name: string, shapes: Record<string, Shape>): StructureShape {
  const members = Object.entries(shapes).map(([key, shape]) => member(key, shape))
  return { kind: 'structure', name, isUnion: false, traits: {}, members }
}

function read(shape: StructureShape, text: string): unknown {
  const reader = createTreeReader(jsonDialect({ usesJsonName: false }))
  return reader.members(shape, shape.members)(parseJson(Buffer.from(text)))
}

function scan(shape: StructureShape, text: string): unknown {
  const body = Buffer.from(text)
  const scanned = compileScanner(shape)?.(body)
  // Who reads the body after the scanner must find all of it.
  if (scanned === undefined) expect(body).toEqual(Buffer.from(text))
  return scanned
}

test('what is written as JSON is read as it was', () => {
  const writer = createJsonWriter({ usesJsonName: false })
  fc.assert(
    fc.property(anyStructure(), ({ shape, value }) => {
      const text = writer.members(shape.members)(value)
      expect(read(shape, text)).toEqual(value)
    }),
    { seed, numRuns: 300 },
  )
})

test('an answer in pieces is the same text as in one', () => {
  const writer = createJsonWriter({ usesJsonName: false })
  const write = createPiecesWriter(writer, put.members)
  const record = fc.record({
    Data: fc.nat(40_000).map((size) => Buffer.alloc(size, size)),
    PartitionKey: fc.string({ unit: 'binary' }),
  })
  const output = fc.record(
    { StreamName: fc.string(), Records: fc.array(fc.option(record), { maxLength: 20 }) },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(output, (value) => {
      const text = writer.members(put.members)(value)
      const written = write?.(value) ?? ''
      const isWhole = typeof written === 'string'
      expect((isWhole ? written : Buffer.concat(written).toString()) === text).toBe(true)
    }),
    { seed, numRuns: 200 },
  )
})

test('the scanner reads what JSON.parse reads, whatever the white space and escapes', () => {
  const leaf = fc.constantFrom<Shape>(string, blob)
  const space = fc.constantFrom(undefined, 1, '\t', '\n \r')
  fc.assert(
    fc.property(anyStructure(leaf), space, fc.boolean(), ({ shape, value }, indent, escapes) => {
      const tree = JSON.parse(createJsonWriter({ usesJsonName: false }).value(shape)(value))
      const plain = JSON.stringify(tree, undefined, indent)
      const text = escapes ? plain.replaceAll('/', '\\/').replaceAll('e', '\\u0065') : plain
      const scanned = scan(shape, text)
      if (scanned !== undefined) expect(scanned).toEqual(read(shape, text))
    }),
    { seed, numRuns: 300 },
  )
})

test('the scanner keeps to the bytes for what PutRecords sends', () => {
  const text =
    '{ "Records": [{"Data":"aGk=","PartitionKey":"é\\n"},{"PartitionKey":"a-_b","Data":""}],"StreamName":null}'
  expect(scan(put, text)).toEqual({
    Records: [
      { Data: Buffer.from('hi'), PartitionKey: 'é\n' },
      { PartitionKey: 'a-_b', Data: Buffer.alloc(0) },
    ],
  })
})

test.each([
  '{"Count":1}',
  '{"Unknown":"a"}',
  '{"StreamName":"a"} x',
  '{"StreamName":"a",}',
  '{"StreamName":"\u0001"}',
  '{"Records":[{"Data":"aGk"}]}',
  '{"Records":[{"Data":"aG-_"}]}',
  '{"Records":[{"Data":"aGl="}]}',
  '{"Records":[{"Data":"aG k"}]}',
  '{"Records":[null]}',
  '{"StreamName":nul}',
  '{"StreamName":"a',
  '',
])('the scanner leaves %s to the slow way', (text) => {
  expect(scan(put, text)).toBeUndefined()
})

test('the scanner never accepts what the slow way refuses, and never fails', () => {
  const base =
    '{"Records":[{"Data":"aGk="},{"Data":"aA==","PartitionKey":"k"},{"Data":"+/8A"}],"StreamName":"s"}'
  const broken = fc
    .tuple(fc.nat(base.length), fc.nat(3), fc.string({ maxLength: 4, unit: 'binary' }))
    .map(([at, cut, put]) => base.slice(0, at) + put + base.slice(at + cut))
  fc.assert(
    fc.property(broken, (text) => {
      const scanned = scan(put, text)
      if (scanned !== undefined) expect(scanned).toEqual(read(put, text))
    }),
    { seed, numRuns: 3000 },
  )
})

test('the scanner stops where a shape recurs', () => {
  const members = [member('Data', blob)]
  const tree: StructureShape = { ...entry, members }
  members.push(member('Child', tree))
  expect(scan(tree, '{"Data":"aGk="}')).toEqual({ Data: Buffer.from('hi') })
  expect(scan(tree, '{"Child":{"Data":"aGk="}}')).toBeUndefined()
})

test.each([
  [
    '{"StreamName":5}',
    'class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String',
  ],
  ['{"StreamName":true}', 'class java.lang.Boolean can not be converted to an String'],
  ['{"StreamName":[]}', 'Start of list found where not expected'],
  ['{"StreamName":{}}', 'Start of structure or map found where not expected.'],
  ['{"Records":"a"}', 'Expected list or null'],
  ['{"Records":{}}', 'Start of structure or map found where not expected.'],
  ['{"Records":[5]}', 'Expected null'],
  ['{"Tags":5}', 'Expected map or null'],
  ['{"Count":"5"}', 'class java.lang.String can not be converted to an Double'],
  [
    '{"Records":[{"Data":"23456"}]}',
    "'23456' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 5",
  ],
  [
    '{"Records":[{"Data":"=+/="}]}',
    "'=+/=' can not be converted to a Blob: Invalid Base64 character: '='",
  ],
  [
    '{"Records":[{"Data":"QR=="}]}',
    "'QR==' can not be converted to a Blob: Invalid last non-pad Base64 character dectected",
  ],
  ['[]', 'Start of list found where not expected'],
])('%s is refused with the text of AWS', (text, message) => {
  expect(() => read(put, text)).toThrow(new MalformedInput(message))
})

test('a body that is not JSON is refused without a text', () => {
  expect(() => read(put, '{')).toThrow(new MalformedInput('', { isSyntax: true }))
})

test('null counts as absent, but in a list it stays for the check of constraints', () => {
  expect(read(put, '{"StreamName":null,"Tags":{"a":null,"b":"c"},"Records":[null]}')).toEqual({
    Tags: { b: 'c' },
    Records: [null],
  })
})

test('nesting beyond the limit is refused before it is parsed', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  expect(() => read(put, `{"Other":${nested(63)}}`)).not.toThrow()
  expect(() => read(put, `{"Other":${nested(64)}}`)).toThrow('Nested deeper than 64 levels')
  expect(() => read(put, '['.repeat(1_000_000))).toThrow('Nested deeper than 64 levels')
  expect(() => read(put, `{"StreamName":"\\"${'['.repeat(100)}"}`)).not.toThrow()
})

test('keys that mean something to JavaScript are keys like any other', () => {
  const text = '{"Tags":{"__proto__":"a","constructor":"b"},"__proto__":{"StreamName":"x"}}'
  const value = read(put, text) as { Tags: Record<string, string>; StreamName?: string }
  expect(Object.entries(value.Tags)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ])
  expect(Object.getPrototypeOf(value.Tags)).toBe(Object.prototype)
  expect(value.StreamName).toBeUndefined()
})

test('a writer tells only what the model knows', () => {
  const write = createJsonWriter({ usesJsonName: false }).members(put.members)
  expect(write({ StreamName: '\ud800"', secret: 1, Count: Number.NaN })).toBe(
    '{"StreamName":"\\ud800\\"","Count":"NaN"}',
  )
})
