import { crc32c as nativeCrc32c } from '@node-rs/crc32'

/** CRC-32/ISCSI (Castagnoli), as Kafka batches, S3 and our log segments use it. Unsigned. */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  return nativeCrc32c(bytes, previous) >>> 0
}
