// Hot: integers as RecordBatch v2 writes them.

export interface Cursor {
  at: number
}

const SAFE_ZIGZAG = 2 ** 30
/** 64 bits are ten bytes of seven. */
const WEIGHT_MAX = 128 ** 10

export function varintSize(value: number): number {
  if (value >= SAFE_ZIGZAG || value < -SAFE_ZIGZAG) return wideVarintSize(value)
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  let size = 1
  while (rest > 127) {
    rest >>>= 7
    size++
  }
  return size
}

export function writeVarint(target: Buffer, value: number, start: number): number {
  let at = start
  if (value >= SAFE_ZIGZAG || value < -SAFE_ZIGZAG) {
    let rest = wideZigzag(value)
    for (; rest > 127; rest = Math.floor(rest / 128)) target[at++] = (rest % 128) | 128
    target[at++] = rest
    return at
  }
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  while (rest > 127) {
    target[at++] = (rest & 127) | 128
    rest >>>= 7
  }
  target[at++] = rest
  return at
}

/** Reads at the cursor and moves it on. Bytes that are not there count as 0; NaN when too many. */
export function readVarint(source: Buffer, cursor: Cursor): number {
  let rest = 0
  let weight = 1
  let byte: number
  do {
    byte = source[cursor.at++] as number
    rest += (byte & 127) * weight
    weight *= 128
  } while (byte > 127 && weight < WEIGHT_MAX)
  if (byte > 127) return Number.NaN
  return rest % 2 === 0 ? rest / 2 : -(rest + 1) / 2
}

/** For timestamps far apart, which do not fit the 32 bits of shifts; exact to 2^52. */
function wideZigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1
}

function wideVarintSize(value: number): number {
  let size = 1
  for (let rest = wideZigzag(value); rest > 127; rest = Math.floor(rest / 128)) size++
  return size
}

/** Two's complement of 64 bits; exact within the safe integers. */
export function writeInt64(target: Buffer, value: number, at: number): void {
  const high = Math.floor(value / 2 ** 32)
  target.writeInt32BE(high, at)
  target.writeUInt32BE(value - high * 2 ** 32, at + 4)
}

export function readInt64(source: Buffer, at: number): number {
  return source.readInt32BE(at) * 2 ** 32 + source.readUInt32BE(at + 4)
}
