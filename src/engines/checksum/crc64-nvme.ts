/**
 * CRC-64/NVME (NVM Express specification; reflected polynomial 0x9a6c9329ac4bc9b5, all bits set at
 * start and inverted at the end), eight bytes a step. A 64-bit word is two unsigned 32-bit halves,
 * for JavaScript has no fast 64-bit integer.
 */
const SLICES = 8
const POLYNOMIAL = { high: 0x9a6c9329, low: 0xac4bc9b5 }
const tables = createTables()

export interface Crc64 {
  readonly high: number
  readonly low: number
}

export const crc64Start: Crc64 = { high: 0, low: 0 }

/** The checksum of all bytes so far, given that of the ones before. */
export function crc64Nvme(bytes: Uint8Array, previous: Crc64 = crc64Start): Crc64 {
  const { highs, lows } = tables
  let high = ~previous.high
  let low = ~previous.low
  let position = 0
  for (const end = bytes.length - (bytes.length % SLICES); position < end; position += SLICES) {
    const a = low ^ fourBytes(bytes, position)
    const b = high ^ fourBytes(bytes, position + 4)
    const i0 = 0x700 + (a & 0xff)
    const i1 = 0x600 + ((a >>> 8) & 0xff)
    const i2 = 0x500 + ((a >>> 16) & 0xff)
    const i3 = 0x400 + (a >>> 24)
    const i4 = 0x300 + (b & 0xff)
    const i5 = 0x200 + ((b >>> 8) & 0xff)
    const i6 = 0x100 + ((b >>> 16) & 0xff)
    const i7 = b >>> 24
    high = of(highs, i0) ^ of(highs, i1) ^ of(highs, i2) ^ of(highs, i3)
    high ^= of(highs, i4) ^ of(highs, i5) ^ of(highs, i6) ^ of(highs, i7)
    low = of(lows, i0) ^ of(lows, i1) ^ of(lows, i2) ^ of(lows, i3)
    low ^= of(lows, i4) ^ of(lows, i5) ^ of(lows, i6) ^ of(lows, i7)
  }
  for (; position < bytes.length; position++) {
    const index = (low ^ of(bytes, position)) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ of(lows, index)
    high = (high >>> 8) ^ of(highs, index)
  }
  return { high: ~high >>> 0, low: ~low >>> 0 }
}

/** Big-endian, as S3 sends it. */
export function crc64Bytes(value: Crc64): Buffer {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeUInt32BE(value.high, 0)
  bytes.writeUInt32BE(value.low, 4)
  return bytes
}

function fourBytes(bytes: Uint8Array, at: number): number {
  return (
    of(bytes, at) | (of(bytes, at + 1) << 8) | (of(bytes, at + 2) << 16) | (of(bytes, at + 3) << 24)
  )
}

/** Within bounds by construction: an index past the end reads as 0. */
function of(table: Uint8Array | Uint32Array, index: number): number {
  return table[index] as number
}

/** Row k holds the remainder of a byte that k more bytes follow. */
function createTables() {
  const highs = new Uint32Array(SLICES * 256)
  const lows = new Uint32Array(SLICES * 256)
  for (let byte = 0; byte < 256; byte++) {
    let high = 0
    let low = byte
    for (let bit = 0; bit < 8; bit++) {
      const odd = low & 1
      low = (low >>> 1) | (high << 31)
      high >>>= 1
      if (odd) {
        low ^= POLYNOMIAL.low
        high ^= POLYNOMIAL.high
      }
    }
    highs[byte] = high
    lows[byte] = low
  }
  for (let index = 256; index < SLICES * 256; index++) {
    const high = of(highs, index - 256)
    const low = of(lows, index - 256)
    highs[index] = (high >>> 8) ^ of(highs, low & 0xff)
    lows[index] = ((low >>> 8) | (high << 24)) ^ of(lows, low & 0xff)
  }
  return { highs, lows }
}
