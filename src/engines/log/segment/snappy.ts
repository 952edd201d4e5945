// Hot: loops over bytes.
import { EngineError } from '../../../base/errors.ts'
import { copyWithin } from './lz4.ts'

/*
 * Snappy, in the two framings that Kafka's producers use: xerial's (Java: a magic, two versions, then
 * blocks with their length as u32, big-endian) and none (one block).
 *
 *     block   = length varint (of the output), element*
 *     element = tag u8 (lowest two bits: literal, or a copy with an offset of 1, 2 or 4 bytes), …
 */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
const XERIAL_HEADER_BYTES = 16

/** Throws for damaged data and above `bytesMax`. */
export function decompressSnappy(bytes: Buffer, bytesMax: number): Buffer {
  if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) {
    return readBlock(bytes, bytesMax)
  }
  const blocks: Buffer[] = []
  let left = bytesMax
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at)
    if (end > bytes.length) throw damaged()
    const block = readBlock(bytes.subarray(at + 4, end), left)
    blocks.push(block)
    left -= block.length
    at = end
  }
  return Buffer.concat(blocks)
}

function readBlock(source: Buffer, bytesMax: number): Buffer {
  let at = 0
  let length = 0
  for (let shift = 0; ; shift += 7) {
    const byte = source[at++]
    if (byte === undefined || shift > 28) throw damaged()
    length += (byte & 127) * 2 ** shift
    if (byte < 128) break
  }
  // The best that three bytes of input can stand for is 64 bytes of output.
  if (length > bytesMax || length > 32 * source.length) throw damaged()
  const target = Buffer.allocUnsafeSlow(length)
  let to = 0
  while (at < source.length) {
    const tag = source[at++] as number
    const kind = tag & 3
    if (kind === 0) {
      let count = (tag >> 2) + 1
      if (count > 60) {
        const sizeBytes = count - 60
        if (at + sizeBytes > source.length) throw damaged()
        count = source.readUIntLE(at, sizeBytes) + 1
        at += sizeBytes
      }
      if (at + count > source.length || to + count > length) throw damaged()
      source.copy(target, to, at, at + count)
      at += count
      to += count
      continue
    }
    const sizeBytes = kind === 3 ? 4 : kind
    if (at + sizeBytes > source.length) throw damaged()
    const count = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    const distance = source.readUIntLE(at, sizeBytes) + (kind === 1 ? (tag >> 5) << 8 : 0)
    at += sizeBytes
    if (distance === 0 || distance > to || to + count > length) throw damaged()
    copyWithin(target, to - distance, to, count)
    to += count
  }
  if (to !== length) throw damaged()
  return target
}

function damaged(): EngineError {
  return new EngineError('corrupt', 'damaged Snappy data')
}
