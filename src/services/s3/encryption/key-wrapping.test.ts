import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSeededRandom } from '../../../base/random.ts'
import { unwrapKey, wrapKey } from './key-wrapping.ts'

const random = createSeededRandom(11)
const key = fc.uint8Array({ minLength: 32, maxLength: 32 })

test('a data key opens with its wrapper and its binding, and is not to be seen', () => {
  fc.assert(
    fc.property(key, key, fc.string(), (dataKey, wrapper, binding) => {
      const wrapped = wrapKey(dataKey, wrapper, binding, random)
      expect(unwrapKey(wrapped, wrapper, binding)).toEqual(Buffer.from(dataKey))
      expect(Buffer.from(wrapped, 'base64').includes(Buffer.from(dataKey))).toBe(false)
      expect(wrapKey(dataKey, wrapper, binding, random)).not.toBe(wrapped)
    }),
    { seed: 1 },
  )
})

test('another wrapper, another binding or one bit that changed opens nothing', () => {
  fc.assert(
    fc.property(key, key, fc.string(), fc.nat({ max: 479 }), (dataKey, wrapper, binding, bit) => {
      const wrapped = wrapKey(dataKey, wrapper, binding, random)
      const other = Buffer.from(wrapper)
      other.writeUInt8(other.readUInt8(bit % 32) ^ 1, bit % 32)
      expect(unwrapKey(wrapped, other, binding)).toBeUndefined()
      expect(unwrapKey(wrapped, wrapper.subarray(1), binding)).toBeUndefined()
      expect(unwrapKey(wrapped, wrapper, `${binding}x`)).toBeUndefined()
      const bytes = Buffer.from(wrapped, 'base64')
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(unwrapKey(bytes.toString('base64'), wrapper, binding)).toBeUndefined()
      expect(unwrapKey(wrapped.slice(0, 20), wrapper, binding)).toBeUndefined()
    }),
    { seed: 2 },
  )
})
