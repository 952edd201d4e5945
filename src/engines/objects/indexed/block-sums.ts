import { crc32c } from '../../checksum/crc32c.ts'

/** What a sum is of. A read takes whole blocks, so that it can check them. */
export const BLOCK_BYTES = 64 * 1024
export const SUM_BYTES = 4
/** Sums that lie together in the index: those of a gibibyte. */
export const SUMS_AN_ENTRY = 16_384

/** Takes the bytes as they lie on the medium, cut in any way, and has their sums in the end. */
export function createBlockSums() {
  const done: number[] = []
  let sum = 0
  let filled = 0
  return {
    add(bytes: Uint8Array): void {
      for (let at = 0; at < bytes.length; ) {
        const count = Math.min(BLOCK_BYTES - filled, bytes.length - at)
        sum = crc32c(bytes.subarray(at, at + count), sum)
        filled += count
        at += count
        if (filled < BLOCK_BYTES) continue
        done.push(sum)
        sum = 0
        filled = 0
      }
    },
    finish(): Buffer {
      if (filled > 0) done.push(sum)
      const sums = Buffer.allocUnsafe(done.length * SUM_BYTES)
      for (const [index, one] of done.entries()) sums.writeUInt32LE(one, index * SUM_BYTES)
      return sums
    },
  }
}

/** `bytes` begin at a block; `sums` are those from that block on. */
export function haveSums(bytes: Uint8Array, sums: Uint8Array): boolean {
  const view = new DataView(sums.buffer, sums.byteOffset, sums.byteLength)
  if (sums.length < Math.ceil(bytes.length / BLOCK_BYTES) * SUM_BYTES) return false
  for (let at = 0, index = 0; at < bytes.length; at += BLOCK_BYTES, index++) {
    const sum = crc32c(bytes.subarray(at, at + BLOCK_BYTES))
    if (sum !== view.getUint32(index * SUM_BYTES, true)) return false
  }
  return true
}
