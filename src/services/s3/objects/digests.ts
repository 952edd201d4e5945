import { createHash } from 'node:crypto'
import type { ChecksumAlgorithm } from '../../../engines/checksum/checksum.ts'
import { createChecksum } from '../../../engines/checksum/checksum.ts'
import { OBJECT_PUT_BYTES_MAX } from '../limits.ts'
import { entityTooLarge } from '../s3-errors.ts'
import type { ObjectChecksum } from './object-record.ts'

/**
 * Which digests of a body are wanted. What the caller sent the server compares with the bytes while
 * they are read, so it is taken over here and not computed a second time.
 */
export interface DigestPlan {
  readonly algorithm: ChecksumAlgorithm
  /** base64 of the checksum, asked for when the body has ended; undefined: it is computed. */
  readonly givenChecksum?: () => string | undefined
  /** base64. */
  readonly givenMd5?: string | undefined
}

/** What S3 does for an upload that names no algorithm is its own choice; CRC-32 costs least. */
export const defaultPlan: DigestPlan = { algorithm: 'CRC32' }

export interface Digests {
  readonly md5: string
  readonly checksum: ObjectChecksum
}

export function createDigester(plan: DigestPlan) {
  const { algorithm, givenChecksum, givenMd5 } = plan
  const md5 = givenMd5 === undefined ? createHash('md5') : undefined
  const checksum = givenChecksum ? undefined : createChecksum(algorithm)
  let sizeBytes = 0
  let digests: Digests | undefined
  return {
    /** Throws `EntityTooLarge` beyond what S3 takes in one request. */
    update(chunk: Uint8Array): void {
      sizeBytes += chunk.length
      if (sizeBytes > OBJECT_PUT_BYTES_MAX) throw entityTooLarge(sizeBytes, OBJECT_PUT_BYTES_MAX)
      md5?.update(chunk)
      checksum?.update(chunk)
    },
    /** To be called when the body has ended; again, it answers the same. */
    finish(): Digests {
      digests ??= {
        md5: md5 ? md5.digest('hex') : Buffer.from(givenMd5 ?? '', 'base64').toString('hex'),
        checksum: { algorithm, value: checksumText(), type: 'FULL_OBJECT' },
      }
      return digests
    },
  }

  function checksumText(): string {
    return checksum?.digest().toString('base64') ?? givenChecksum?.() ?? ''
  }
}
