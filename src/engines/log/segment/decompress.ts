import { gunzipSync } from 'node:zlib'
import { decompressLz4Frames } from './lz4.ts'
import { decompressSnappy } from './snappy.ts'
import { decompressZstd } from './zstd.ts'

/**
 * What a batch may grow to when it is opened: a few bytes can be made to stand for gigabytes. Larger
 * ones are served as they are, but their records cannot be read one by one.
 */
const DECOMPRESSED_BYTES_MAX = 64 << 20

/** By their number in the attributes of a batch; 0 is "none". */
const codecs: ReadonlyArray<((bytes: Buffer, bytesMax: number) => Uint8Array) | undefined> = [
  undefined,
  (bytes, maxOutputLength) => gunzipSync(bytes, { maxOutputLength }),
  decompressSnappy,
  decompressLz4Frames,
  decompressZstd,
]
export const CODEC_COUNT = codecs.length

/** Undefined for what is damaged, of no known codec, or larger than `bytesMax`. */
export function decompress(
  codec: number,
  bytes: Buffer,
  bytesMax = DECOMPRESSED_BYTES_MAX,
): Buffer | undefined {
  const work = codecs[codec]
  if (!work) return undefined
  try {
    const out = work(bytes, bytesMax)
    return Buffer.from(out.buffer, out.byteOffset, out.byteLength)
  } catch {
    // Each codec throws in its own way; what they all mean is that nothing can be read from it.
    return undefined
  }
}
