// Hot: loops over bytes.
import { EngineError } from '../../../base/errors.ts'

/*
 * LZ4's frame format (1.6), as Kafka's producers write it. All integers are little-endian.
 *
 *     frame = magic u32, flags u8, descriptor u8, [content size u64], [dictionary u32], checksum u8,
 *             block*, 0 u32, [content checksum u32]
 *     block = size u32 (highest bit: not compressed), byte*, [block checksum u32]
 *
 * The checksums are not looked at: the batch around has one. (Kafka's first clients also computed the
 * one of the header wrongly.)
 */
const MAGIC = 0x184d2204
const BLOCK_SIZES: Readonly<Record<number, number>> = {
  4: 64 << 10,
  5: 256 << 10,
  6: 1 << 20,
  7: 4 << 20,
}

/** All frames, one behind the other. Throws for damaged ones and above `bytesMax`. */
export function decompressLz4Frames(bytes: Buffer, bytesMax: number): Buffer {
  const output = createOutput(bytesMax)
  for (let at = 0; at < bytes.length; ) at = readFrame(bytes, at, output)
  return output.taken()
}

interface Output {
  /** Room for `count` more bytes. */
  room(count: number): Buffer
  length: number
  taken(): Buffer
}

function createOutput(bytesMax: number): Output {
  let target = Buffer.alloc(0)
  const output: Output = {
    length: 0,
    room(count) {
      const wanted = output.length + count
      if (wanted > target.length) {
        const grown = Buffer.allocUnsafeSlow(Math.max(wanted, 2 * target.length))
        target.copy(grown, 0, 0, output.length)
        target = grown
      }
      return target
    },
    taken() {
      if (output.length > bytesMax) throw damaged()
      return target.subarray(0, output.length)
    },
  }
  return output
}

function readFrame(bytes: Buffer, start: number, output: Output): number {
  if (bytes.readUInt32LE(start) !== MAGIC) throw damaged()
  const flags = bytes.readUInt8(start + 4)
  const blockBytesMax = BLOCK_SIZES[(bytes.readUInt8(start + 5) >> 4) & 7]
  if (flags >> 6 !== 1 || blockBytesMax === undefined) throw damaged()
  const isLinked = (flags & 0x20) === 0
  const blockTrailer = (flags & 0x10) === 0 ? 0 : 4
  let at = start + 7 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4)
  const frameStart = output.length
  for (;;) {
    const word = bytes.readUInt32LE(at)
    at += 4
    if (word === 0) return at + ((flags & 0x04) === 0 ? 0 : 4)
    const end = at + (word & 0x7fffffff)
    if (end > bytes.length) throw damaged()
    const historyStart = isLinked ? frameStart : output.length
    const target = output.room(blockBytesMax)
    if (word > 0x7fffffff) {
      if (end - at > blockBytesMax) throw damaged()
      output.length += bytes.copy(target, output.length, at, end)
    } else {
      const limit = output.length + blockBytesMax
      output.length = readBlock(bytes.subarray(at, end), target, output.length, historyStart, limit)
    }
    output.taken()
    at = end + blockTrailer
  }
}

/** One compressed block; answers where its output ends. */
function readBlock(
  source: Buffer,
  target: Buffer,
  start: number,
  historyStart: number,
  limit: number,
): number {
  let at = 0
  let to = start
  while (at < source.length) {
    const token = source[at++] as number
    let literals = token >> 4
    if (literals === 15) {
      let more: number
      do {
        more = source[at++] ?? 0
        literals += more
      } while (more === 255)
    }
    if (at + literals > source.length || to + literals > limit) throw damaged()
    source.copy(target, to, at, at + literals)
    at += literals
    to += literals
    if (at >= source.length) return to
    const distance = (source[at] as number) | ((source[at + 1] ?? 0) << 8)
    at += 2
    let length = (token & 15) + 4
    if (length === 19) {
      let more: number
      do {
        more = source[at++] ?? 0
        length += more
      } while (more === 255)
    }
    const from = to - distance
    if (distance === 0 || from < historyStart || to + length > limit) throw damaged()
    copyWithin(target, from, to, length)
    to += length
  }
  return to
}

/** Copies forward: a source that overlaps its target repeats itself. */
export function copyWithin(target: Buffer, from: number, to: number, length: number): void {
  if (from + length <= to && length > 32) {
    target.copyWithin(to, from, from + length)
    return
  }
  for (let index = 0; index < length; index++) target[to + index] = target[from + index] as number
}

function damaged(): EngineError {
  return new EngineError('corrupt', 'damaged LZ4 data')
}
