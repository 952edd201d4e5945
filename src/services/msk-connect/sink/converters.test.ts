import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Converter } from './converters.ts'
import { convertBytes } from './converters.ts'
import { encodeRecord } from './formats.ts'
import { parseJson, writeJson } from './json-text.ts'

const plain: Converter = { kind: 'json', hasSchemas: false }
const enveloped: Converter = { kind: 'json', hasSchemas: true }

function line(converter: Converter, text: string | Buffer): string {
  const converted = convertBytes(converter, Buffer.from(text))
  if ('fault' in converted) return `fault: ${converted.fault}`
  return encodeRecord({ kind: 'json' }, converted.value)?.toString('utf8') ?? 'nothing'
}

describe('JSON', () => {
  test('what JSON can say comes out as it went in', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const node = parseJson(text)
        expect(node && JSON.parse(writeJson(node))).toEqual(JSON.parse(text))
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  test('a text is JSON where the platform says so too', () => {
    const text = fc.string({ unit: fc.constantFrom(...'{}[]",:0123.-eE+tfn \\"a') })
    fc.assert(
      fc.property(text, (one) => {
        let isJson = true
        try {
          JSON.parse(one)
        } catch {
          isJson = false
        }
        expect(parseJson(one) !== undefined).toBe(isJson)
      }),
      { seed: 7, numRuns: 2_000 },
    )
  })

  test('numbers keep every digit', () => {
    const text = '{"id":9223372036854775807,"x":0.10000000000000000001,"y":1E400}'
    expect(line(plain, text)).toBe(`${text}\n`)
  })

  test('depth has a limit: five hundred levels, and not one more', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
    expect(parseJson(nested(501))).toBeDefined()
    expect(parseJson(nested(502))).toBeUndefined()
  })

  test.each([Buffer.from([0xff, 0x22]), '', '{', "{'a':1}", '{"a":1}}'])(
    'what is no JSON has a fault: %j',
    (text) => {
      expect(line(plain, text)).toMatch(/^fault: /)
    },
  )
})

describe('the envelope with a schema', () => {
  const schema = {
    type: 'struct',
    fields: [
      { field: 'id', type: 'int64', optional: false },
      { field: 'name', type: 'string', optional: true },
      { field: 'level', type: 'int8', optional: false, default: 3 },
      {
        field: 'tags',
        type: 'map',
        keys: { type: 'string' },
        values: { type: 'double' },
        optional: true,
      },
    ],
    optional: false,
  }
  const wrap = (payload: string) => `{"schema":${JSON.stringify(schema)},"payload":${payload}}`

  test('the payload has the fields of the schema, in their order, with their defaults', () => {
    expect(line(enveloped, wrap('{"tags":{"a":1.5},"extra":1,"id":9223372036854775807}'))).toBe(
      '{"id":9223372036854775807,"name":null,"level":3,"tags":{"a":1.5}}\n',
    )
  })

  test.each([
    ['{"name":"x"}', 'id'],
    ['{"id":"x"}', 'int64'],
    ['{"id":9223372036854775808}', 'int64'],
    ['{"id":1,"level":128}', 'int8'],
    ['{"id":1,"tags":{"a":"x"}}', 'number'],
  ])('%s is not what the schema says', (payload, text) => {
    expect(line(enveloped, wrap(payload))).toContain(text)
  })

  test('without the envelope there is a fault', () => {
    expect(line(enveloped, '{"id":1}')).toMatch(/^fault: .*schemas\.enable/)
  })
})

test('texts and bytes are written as JSON has them, and nothing is null', () => {
  expect(line({ kind: 'string', hasSchemas: false }, 'a "b"\n')).toBe('"a \\"b\\"\\n"\n')
  expect(line({ kind: 'bytes', hasSchemas: false }, 'ab')).toBe('"YWI="\n')
  expect(convertBytes(plain, null)).toEqual({ value: { kind: 'null' } })
  expect(convertBytes(plain, Buffer.from('null'))).toEqual({ value: { kind: 'null' } })
})

test('the format of bytes takes bytes only, each followed by the separator', () => {
  const format = { kind: 'bytes', separator: '|', extension: '.bin' } as const
  expect(encodeRecord(format, { kind: 'bytes', bytes: Buffer.from('ab') })?.toString()).toBe('ab|')
  expect(encodeRecord(format, { kind: 'text', text: 'ab' })).toBeUndefined()
})
