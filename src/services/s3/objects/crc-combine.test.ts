import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createChecksum } from '../../../engines/checksum/checksum.ts'
import { combineCrcs } from './crc-combine.ts'

it('the CRC of a whole follows from the CRCs of its parts', () => {
  const bytes = fc.uint8Array({ maxLength: 300 })
  const algorithm = fc.constantFrom('CRC32', 'CRC32C', 'CRC64NVME' as const)
  fc.assert(
    fc.property(algorithm, fc.array(bytes, { minLength: 1, maxLength: 5 }), (name, parts) => {
      const digestOf = (part: Uint8Array) => {
        const checksum = createChecksum(name)
        checksum.update(part)
        return checksum.digest()
      }
      const combined = combineCrcs(
        name,
        parts.map((part) => ({ digest: digestOf(part), sizeBytes: part.length })),
      )
      expect(combined).toEqual(digestOf(Buffer.concat(parts)))
    }),
    { seed: 5, numRuns: 200 },
  )
})

it('10,000 parts of 5 MiB are combined at once', () => {
  const parts = Array.from({ length: 10_000 }, (_, index) => ({
    digest: Buffer.from([1, 2, index >> 8, index & 255]),
    sizeBytes: 5 * 1024 ** 2,
  }))
  expect(combineCrcs('CRC32', parts)).toHaveLength(4)
})
