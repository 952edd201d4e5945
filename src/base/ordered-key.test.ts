import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { KeyPart } from './ordered-key.ts'
import { afterPrefix, decodeKey, encodeKey, encodeKeyPrefix } from './ordered-key.ts'

const text = fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\x01', 'ü', '\u{1f600}') })
const number = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const tuple = fc.array(fc.oneof(text, number), { maxLength: 4 })
const seed = { seed: 3, numRuns: 1_000 }

it('a key says again what it was made of', () => {
  fc.assert(
    fc.property(tuple, (parts) => {
      expect(decodeKey(encodeKey(parts))).toEqual(parts)
    }),
    seed,
  )
})

it('keys sort as their tuples do: numbers by size, texts by their bytes', () => {
  const compare = (one: KeyPart, other: KeyPart): number =>
    typeof one === 'number' && typeof other === 'number'
      ? Math.sign(one - other)
      : Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)))
  const pairs = fc.oneof(fc.tuple(text, text), fc.tuple(number, number))
  fc.assert(
    fc.property(tuple, pairs, (head, [one, other]) => {
      const order = Buffer.compare(encodeKey([...head, one]), encodeKey([...head, other]))
      expect(order).toBe(compare(one, other))
    }),
    seed,
  )
})

it('a prefix of a tuple, and of a text in it, is a prefix of the bytes', () => {
  fc.assert(
    fc.property(tuple, text, text, (head, start, end) => {
      const key = encodeKey([...head, start + end])
      const prefix = encodeKeyPrefix(head, start)
      expect(key.subarray(0, prefix.length)).toEqual(prefix)
      const behind = afterPrefix(prefix)
      expect(behind === undefined || Buffer.compare(behind, key) > 0).toBe(true)
    }),
    seed,
  )
})
