import { decompressZstd } from 'hyparquet-compressors'

/**
 * The text of the first blocks of a Zstandard frame, of which only a beginning is at hand. Grammar
 * (RFC 8878):
 *
 *     frame  = magic descriptor [window] [dictionary] [content size] block+ [checksum]
 *     block  = 3 bytes little-endian: last (1 bit) type (2 bits) size (21 bits), then its content
 *
 * The last whole block is marked as the last of the frame, so that any decoder stops there; a block
 * gives at most 128 KiB, which bounds what a hostile object can unfold to.
 */
export function unzstdHead(
  stored: Uint8Array,
  blocksMax: number,
): { readonly text: Buffer; readonly consumedBytes: number; readonly ended: boolean } | undefined {
  const bytes = Buffer.from(stored)
  const first = headerLength(bytes)
  let last: number | undefined
  let at = first
  for (let blocks = 0; blocks < blocksMax && at + 3 <= bytes.length; blocks++) {
    const header = bytes.readUIntLE(at, 3)
    const kind = (header >> 1) & 3
    const end = at + 3 + (kind === RUN_LENGTH ? 1 : header >> 3)
    if (end > bytes.length) break
    last = at
    at = end
    if ((header & 1) === 1) break
  }
  if (last === undefined) return undefined
  const ended = ((bytes[last] ?? 0) & 1) === 1
  bytes[last] = (bytes[last] ?? 0) | 1
  const text = Buffer.from(decompressZstd(bytes.subarray(0, at)))
  return { text: ended ? text : withoutPadding(text), consumedBytes: at, ended }
}

const RUN_LENGTH = 1
const contentSizeBytes = [0, 2, 4, 8]
const dictionaryBytes = [0, 1, 2, 4]

function headerLength(bytes: Buffer): number {
  const descriptor = bytes[4] ?? 0
  const isSingleSegment = ((descriptor >> 5) & 1) === 1
  const contentSize = contentSizeBytes[descriptor >> 6] ?? 0
  const content = isSingleSegment && contentSize === 0 ? 1 : contentSize
  return 5 + (isSingleSegment ? 0 : 1) + (dictionaryBytes[descriptor & 3] ?? 0) + content
}

/** A decoder that knows the content size gives that many bytes, zeros behind what it has read. */
function withoutPadding(text: Buffer): Buffer {
  let length = text.length
  while (length > 0 && text[length - 1] === 0) length--
  return text.subarray(0, length)
}
