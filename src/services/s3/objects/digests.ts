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
  /** The MD5, unless another was given. */
  readonly etag: string
  readonly checksum: ObjectChecksum
}

/** With an ETag that is not the MD5, none is computed. */
export function createDigester(plan: DigestPlan, otherEtag?: string) {
  const { algorithm, givenChecksum, givenMd5 } = plan
  const isKnown = givenMd5 !== undefined || otherEtag !== undefined
  const md5 = isKnown ? undefined : createHash('md5')
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
        etag: otherEtag ?? md5?.digest('hex') ?? hexOf(givenMd5 ?? ''),
        checksum: { algorithm, value: checksumText(), type: 'FULL_OBJECT' },
      }
      return digests
    },
  }

  function checksumText(): string {
    return checksum?.digest().toString('base64') ?? givenChecksum?.() ?? ''
  }
}

function hexOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex')
}
