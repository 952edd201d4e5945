import type { ChecksumAlgorithm } from '../../../engines/checksum/checksum.ts'

/**
 * The CRC of two runs of bytes from the CRCs of both: what makes the full-object checksum of a
 * multipart upload without reading its parts again. A CRC is linear, so `n` zero bytes behind the
 * first run are a matrix over GF(2), squared its way to `n` (as zlib's crc32_combine does it).
 */
export type CrcAlgorithm = Extract<ChecksumAlgorithm, 'CRC32' | 'CRC32C' | 'CRC64NVME'>

const fields: Readonly<
  Record<CrcAlgorithm, { readonly bits: number; readonly polynomial: bigint }>
> = {
  CRC32: { bits: 32, polynomial: 0xedb88320n },
  CRC32C: { bits: 32, polynomial: 0x82f63b78n },
  CRC64NVME: { bits: 64, polynomial: 0x9a6c9329ac4bc9b5n },
}

export function isCrc(algorithm: ChecksumAlgorithm): algorithm is CrcAlgorithm {
  return algorithm in fields
}

/** Digests in S3's byte order; the parts in their order. */
export function combineCrcs(
  algorithm: CrcAlgorithm,
  parts: ReadonlyArray<{ readonly digest: Buffer; readonly sizeBytes: number }>,
): Buffer {
  const { bits } = fields[algorithm]
  const append = createZeroAppender(algorithm)
  let value = 0n
  for (const { digest, sizeBytes } of parts) {
    value = append(value, sizeBytes) ^ BigInt(`0x${digest.toString('hex')}`)
  }
  return Buffer.from(value.toString(16).padStart(bits / 4, '0'), 'hex')
}

type Matrix = ReadonlyArray<bigint>

/** Parts are mostly of one size, so what that size does to a CRC is worked out once. */
function createZeroAppender(algorithm: CrcAlgorithm): (crc: bigint, zeroBytes: number) => bigint {
  const { bits, polynomial } = fields[algorithm]
  const oneBit = [polynomial, ...Array.from({ length: bits - 1 }, (_, row) => 1n << BigInt(row))]
  const oneByte = square(square(square(oneBit)))
  const known = new Map<number, Matrix>()
  return (crc, zeroBytes) => {
    if (crc === 0n) return 0n
    const matrix = known.get(zeroBytes) ?? power(oneByte, zeroBytes)
    known.set(zeroBytes, matrix)
    return times(matrix, crc)
  }
}

function power(matrix: Matrix, exponent: number): Matrix {
  let result: Matrix = matrix.map((_, row) => 1n << BigInt(row))
  let base = matrix
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result.map((row) => times(base, row))
    base = square(base)
  }
  return result
}

function square(matrix: Matrix): Matrix {
  return matrix.map((row) => times(matrix, row))
}

function times(matrix: Matrix, vector: bigint): bigint {
  let sum = 0n
  let rest = vector
  for (let row = 0; rest > 0n; row++, rest >>= 1n) {
    if ((rest & 1n) === 1n) sum ^= matrix[row] ?? 0n
  }
  return sum
}
