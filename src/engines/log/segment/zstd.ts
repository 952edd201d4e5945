import { decompressZstd as decompressFrames } from 'hyparquet-compressors'
import { EngineError } from '../../../base/errors.ts'

/*
 * Zstandard (RFC 8878). The decoder sets no bounds, so the frames are walked first: how much each
 * block can stand for is in its header.
 */
const MAGIC = 0xfd2fb528
const SKIPPABLE_MAGIC = 0x184d2a5
const BLOCK_BYTES_MAX = 128 << 10
const WINDOW_BYTES_MAX = 32 << 20
const DICTIONARY_ID_BYTES = [0, 1, 2, 4]

/** Throws for damaged data and above `bytesMax`. */
export function decompressZstd(bytes: Buffer, bytesMax: number): Uint8Array {
  let bound = 0
  for (let at = 0; at < bytes.length; ) {
    if (bytes.readUInt32LE(at) >>> 4 === SKIPPABLE_MAGIC) {
      at += 8 + bytes.readUInt32LE(at + 4)
      continue
    }
    const frame = walkFrame(bytes, at)
    bound += frame.bytesMax
    at = frame.end
    // The last block of a frame may have all of its 128 KiB or little of it.
    if (bound > bytesMax + BLOCK_BYTES_MAX) throw damaged()
  }
  const out = decompressFrames(bytes)
  if (out.length > bytesMax) throw damaged()
  return out
}

function walkFrame(
  bytes: Buffer,
  start: number,
): { readonly end: number; readonly bytesMax: number } {
  if (bytes.readUInt32LE(start) !== MAGIC) throw damaged()
  const flags = bytes.readUInt8(start + 4)
  const isSingleSegment = (flags & 0x20) !== 0
  const hasChecksum = (flags & 0x04) !== 0
  const sizeFlag = flags >> 6
  const contentSizeBytes = sizeFlag === 0 ? Number(isSingleSegment) : 1 << sizeFlag
  let at = start + 5
  if (!isSingleSegment) {
    const descriptor = bytes.readUInt8(at++)
    const base = 2 ** (10 + (descriptor >> 3))
    if (base + (base / 8) * (descriptor & 7) > WINDOW_BYTES_MAX) throw damaged()
  }
  at += DICTIONARY_ID_BYTES[flags & 3] ?? 0
  if (contentSizeBytes > 0) {
    const low = bytes.readUIntLE(at, Math.min(contentSizeBytes, 6))
    // A single segment is its own window, and the decoder makes room for what this says.
    if (low + (sizeFlag === 1 ? 256 : 0) > 2 * WINDOW_BYTES_MAX) throw damaged()
    at += contentSizeBytes
  }
  let bytesMax = 0
  for (;;) {
    const block = bytes.readUIntLE(at, 3)
    const kind = (block >> 1) & 3
    const size = block >> 3
    // Stored, one byte repeated, compressed.
    bytesMax += kind === 2 ? BLOCK_BYTES_MAX : size
    at += 3 + (kind === 1 ? 1 : size)
    if (at > bytes.length || kind === 3) throw damaged()
    if ((block & 1) !== 0) return { end: at + (hasChecksum ? 4 : 0), bytesMax }
  }
}

function damaged(): EngineError {
  return new EngineError('corrupt', 'damaged Zstandard data')
}
