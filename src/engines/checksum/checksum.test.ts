import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChecksumAlgorithm } from './checksum.ts'
import { checksumAlgorithms, checksumSizes, createChecksum } from './checksum.ts'

/** Check values of the catalogue of parametrised CRC algorithms, and the digests' test vectors. */
const of123456789: Record<ChecksumAlgorithm, string> = {
  CRC32: 'cbf43926',
  CRC32C: 'e3069283',
  CRC64NVME: 'ae8b14860a799888',
  SHA1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  SHA256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
  SHA512:
    'd9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274ad27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85',
  MD5: '25f9e794323b453885f5181f1b624d0b',
}

describe.each(checksumAlgorithms)('%s', (algorithm) => {
  test('of the digits one to nine is the published value', () => {
    const checksum = createChecksum(algorithm)
    checksum.update(Buffer.from('123456789'))
    const digest = checksum.digest()
    expect(digest.toString('hex')).toBe(of123456789[algorithm])
    expect(digest).toHaveLength(checksumSizes[algorithm])
  })

  test('does not depend on how the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 }), (parts) => {
        const inParts = createChecksum(algorithm)
        for (const part of parts) inParts.update(part)
        const whole = createChecksum(algorithm)
        whole.update(Buffer.concat(parts))
        expect(inParts.digest()).toEqual(whole.digest())
      }),
      { seed: 7, numRuns: 100 },
    )
  })
})
