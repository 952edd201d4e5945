import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyStructure } from '../../../test/support/wire-arbitraries.ts'
import { CborEncoder, decodeCbor } from './cbor.ts'
import { cborDialect, encodeAnyCbor, encodeCbor } from './cbor-values.ts'
import { MalformedInput } from './malformed-input.ts'
import { createTreeReader } from './tree-reader.ts'

const seed = 11

test.each(['milliseconds', 'seconds'] as const)(
  'what is written as CBOR is read as it was, times in %s',
  (unit) => {
    fc.assert(
      fc.property(anyStructure(), ({ shape, value }) => {
        const bytes = Buffer.concat(encodeCbor(shape, value, unit))
        const read = createTreeReader(cborDialect(unit)).members(shape, shape.members)
        expect(read(decodeCbor(bytes))).toEqual(value)
      }),
      { seed, numRuns: 200 },
    )
  },
)

test('what is written does not depend on where one piece ends and the next one begins', () => {
  const sizes = fc.array(fc.constantFrom(0, 1, 500, 1015, 1024, 65_000, 65_530, 200_000), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(sizes, (lengths) => {
      const encoder = new CborEncoder()
      encoder.array(lengths.length)
      for (const [index, length] of lengths.entries()) encoder.blob(Buffer.alloc(length, index))
      const pieces = encoder.finishPieces()
      const blobs = decodeCbor(Buffer.concat(pieces)) as ReadonlyArray<Buffer>
      const isAsWritten = blobs.every((blob, index) => {
        return blob.equals(Buffer.alloc(lengths[index] ?? -1, index))
      })
      expect([blobs.length, isAsWritten]).toEqual([lengths.length, true])
    }),
    { seed, numRuns: 100 },
  )
})

// RFC 8949, appendix A.
test.each([
  ['00', 0],
  ['17', 23],
  ['1818', 24],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['20', -1],
  ['3903e7', -1000],
  ['f93c00', 1],
  ['f97bff', 65504],
  ['f90001', 2 ** -24],
  ['f9fc00', Number.NEGATIVE_INFINITY],
  ['fa47c35000', 100_000],
  ['fb3ff199999999999a', 1.1],
  ['f4', false],
  ['f6', null],
  ['f7', null],
  ['6449455446', 'IETF'],
  ['83010203', [1, 2, 3]],
  ['a26161016162820203', { a: 1, b: [2, 3] }],
  ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
  ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
  ['7f657374726561646d696e67ff', 'streaming'],
])('%s is %j', (hex, value) => {
  expect(decodeCbor(Buffer.from(hex, 'hex'))).toEqual(value)
})

test('byte strings in chunks are joined', () => {
  expect(decodeCbor(Buffer.from('5f42010243030405ff', 'hex'))).toEqual(Buffer.from([1, 2, 3, 4, 5]))
})

test.each([
  '',
  '18',
  '6261',
  '82',
  'a1',
  'a10101',
  'ff',
  '1f',
  '0001',
  '5f6161ff',
  'bf6161ff',
  'fc',
])('%s is refused', (hex) => {
  expect(() => decodeCbor(Buffer.from(hex, 'hex'))).toThrow(MalformedInput)
})

test('nesting beyond the limit is refused', () => {
  expect(() => decodeCbor(Buffer.alloc(100_000, 0x81))).toThrow('Nested deeper than 64 levels')
  expect(() => decodeCbor(Buffer.alloc(100_000, 0xc1))).toThrow('Nested deeper than 64 levels')
})

test('bytes without sense are refused and nothing else happens', () => {
  const bytes = fc.uint8Array({ maxLength: 64 })
  fc.assert(
    fc.property(bytes, (given) => {
      try {
        decodeCbor(Buffer.from(given))
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedInput)
      }
    }),
    { seed, numRuns: 3000 },
  )
})

test('any JSON value passes', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const value = JSON.parse(text)
      expect(decodeCbor(encodeAnyCbor(value))).toEqual(value)
    }),
    { seed, numRuns: 300 },
  )
})
