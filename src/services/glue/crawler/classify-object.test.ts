import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { sampleCsv } from './csv-sample.ts'
import { parseJsonPath } from './json-path.ts'
import { sampleJson } from './json-sample.ts'
import { readObjectHead } from './object-head.ts'
import { printType } from './schema-types.ts'

const columns = (fields: Parameters<typeof printFields>[0] | undefined) =>
  fields && printFields(fields)
const printFields = (
  fields: ReadonlyArray<{ name: string; type: Parameters<typeof printType>[0] }>,
) => Object.fromEntries(fields.map(({ name, type }) => [name, printType(type)]))

test('JSON records merge into the narrowest types that hold all of them', () => {
  const text = [
    '{"id": 1, "big": 1, "price": 1, "flag": true, "none": null, "mixed": 1, "at": "2026-01-01"}',
    '{"id": 2, "big": 5000000000, "price": 1.5, "tags": ["a"], "mixed": "x", "o": {"a": 1}}',
    '{"o": {"b": [{"c": 1}]}, "tags": [], "late": {}}',
  ].join('\n')
  const sample = sampleJson(text, true)
  expect(columns(sample?.fields)).toEqual({
    id: 'int',
    big: 'bigint',
    price: 'double',
    flag: 'boolean',
    none: 'string',
    mixed: 'string',
    at: 'string',
    tags: 'array<string>',
    o: 'struct<a:int,b:array<struct<c:int>>>',
    late: 'string',
  })
  expect(sample?.records).toBe(3)
})

test('a record that the sample cut off is left out, a broken one is not JSON', () => {
  expect(sampleJson('{"a": 1}\n{"a": "x', false)?.records).toBe(1)
  expect(sampleJson('{"a": 1}\n{"a": "x', true)).toBeUndefined()
  expect(sampleJson('{"a": 1}\n{a: 2}\n', true)).toBeUndefined()
  expect(sampleJson('just text', true)).toBeUndefined()
})

test('a list makes one column unless a path opens it', () => {
  const text = '[{"a": 1}, {"a": 2, "b": "x"}]'
  expect(columns(sampleJson(text, true)?.fields)).toEqual({
    array: 'array<struct<a:int,b:string>>',
  })
  const opened = sampleJson(text, true, parseJsonPath('$[*]'))
  expect(columns(opened?.fields)).toEqual({ a: 'int', b: 'string' })
  expect(opened?.records).toBe(2)
  expect(() => parseJsonPath('$..a')).toThrow('not supported')
})

test('a CSV header is one that differs from the data below it', () => {
  const sample = sampleCsv('id,name,amount,ok\n1,Ann,2.5,true\n2,"Bob, B.",3,false\n', true)
  expect(columns(sample?.fields)).toEqual({
    id: 'bigint',
    name: 'string',
    amount: 'double',
    ok: 'boolean',
  })
  expect(sample).toMatchObject({ hasHeader: true, quoted: true, delimiter: ',', records: 2 })
  const words = sampleCsv('red|green\nblue|white\n', true)
  expect(words).toMatchObject({ hasHeader: false, delimiter: '|', records: 2 })
  expect(columns(words?.fields)).toEqual({ col0: 'string', col1: 'string' })
})

test('text without regular columns is not CSV', () => {
  expect(sampleCsv('Dear all,\nthis is, as you see, a letter.\nYours\n', true)).toBeUndefined()
  expect(sampleCsv('a,b\n', true)).toBeUndefined()
})

test('a custom CSV classifier says what the built-in one would find out', () => {
  const sample = sampleCsv('1~x\n2~y\n', true, {
    delimiter: '~',
    names: ['n', 'letter'],
    types: ['INT', 'STRING'],
    header: 'absent',
  })
  expect(columns(sample?.fields)).toEqual({ n: 'int', letter: 'string' })
})

const head = (key: string, body: Uint8Array, limit: number) =>
  readObjectHead(
    {
      get: async () => ({
        summary: {
          key,
          sizeBytes: body.length,
          modifiedMs: 0,
          etag: '""',
          storageClass: 'STANDARD',
        },
        body,
      }),
    } as unknown as Parameters<typeof readObjectHead>[0],
    { scope: { accountId: '1', region: 'r' }, bucket: 'b', key },
    limit,
  )

const lines = Buffer.from(
  Array.from({ length: 200_000 }, (_, at) => JSON.stringify({ at, text: `row ${at * 7919}` })).join(
    '\n',
  ),
)

test('the beginning of a compressed object is read without its rest', async () => {
  const gzip = await head('a.gz', gzipSync(lines), 64 * 1024)
  expect(gzip).toMatchObject({ compression: 'gzip', complete: false })
  if ('unreadable' in gzip) throw new Error(gzip.unreadable)
  expect(gzip.bytes.equals(lines.subarray(0, 64 * 1024))).toBe(true)
  expect(gzip.textBytes / lines.length).toBeCloseTo(1, 0)
  expect(await head('b.bz2', Buffer.from('BZh91AY&SY'), 1024)).toHaveProperty('unreadable')
})

/** The lines below, as the zstd tool compresses them. */
const zstd = Buffer.from(
  'KLUv/QRoXAEAoHsiYXQiOjB9CjEyMzQ1Njc4OX0KCiCwE+uj/12edx978s5jT97VY8SIHEQAAAABAP3/XR6ARQAAAAEAPX45AAJH0p50',
  'base64',
)

test('the first blocks of a Zstandard object are read', async () => {
  const rows = Buffer.from(
    Array.from({ length: 40_000 }, (_, at) => `{"at":${at % 10}}\n`).join(''),
  )
  for (const limit of [100_000, 200_000, 1_000_000]) {
    const found = await head('a.zst', zstd, limit)
    if ('unreadable' in found) throw new Error(found.unreadable)
    expect(found.bytes.length).toBe(Math.min(limit, rows.length))
    expect(found.bytes.equals(rows.subarray(0, found.bytes.length))).toBe(true)
    expect(found.complete).toBe(limit > rows.length)
  }
})
