import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { crc32c } from './crc32c.ts'
import { crc64Bytes, crc64Nvme, crc64Start } from './crc64-nvme.ts'

/** S3's names of them: `x-amz-checksum-<name in lower case>`, member `Checksum<NAME>`. */
export const checksumAlgorithms = [
  'CRC32',
  'CRC32C',
  'CRC64NVME',
  'SHA1',
  'SHA256',
  'SHA512',
  'MD5',
] as const

export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number]

/** A running checksum. `digest` ends it; base64 of its bytes is what S3 sends. */
export interface Checksum {
  update(bytes: Uint8Array): void
  digest(): Buffer
}

export function createChecksum(algorithm: ChecksumAlgorithm): Checksum {
  switch (algorithm) {
    case 'CRC32':
      return createCrc((bytes, previous) => crc32(bytes, previous))
    case 'CRC32C':
      return createCrc(crc32c)
    case 'CRC64NVME':
      return createCrc64()
    case 'SHA1':
    case 'SHA256':
    case 'SHA512':
    case 'MD5':
      return createHash(algorithm.toLowerCase())
  }
}

/** Length in bytes of a digest. */
export const checksumSizes: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
  SHA512: 64,
  MD5: 16,
}

function createCrc(step: (bytes: Uint8Array, previous: number) => number): Checksum {
  let value = 0
  return {
    update(bytes) {
      value = step(bytes, value)
    },
    digest() {
      const bytes = Buffer.allocUnsafe(4)
      bytes.writeUInt32BE(value >>> 0)
      return bytes
    },
  }
}

function createCrc64(): Checksum {
  let value = crc64Start
  return {
    update(bytes) {
      value = crc64Nvme(bytes, value)
    },
    digest: () => crc64Bytes(value),
  }
}
