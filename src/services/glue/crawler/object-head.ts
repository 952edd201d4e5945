import { createGunzip, constants as zlibConstants } from 'node:zlib'
import type { Scope } from '../../../base/scope.ts'
import type { ObjectAccess } from '../../s3/objects/object-access.ts'
import { unzstdHead } from './zstd-head.ts'

export type Compression = 'none' | 'gzip' | 'zstd'

/** The beginning of an object, decompressed. */
export interface ObjectHead {
  readonly bytes: Buffer
  /** The object has nothing behind it. */
  readonly complete: boolean
  readonly compression: Compression
  /** Of the whole object, decompressed; an estimate unless `complete`. */
  readonly textBytes: number
}

/** A Zstandard block is up to 128 KiB, and a part of one tells nothing. */
const ZSTD_STORED_MIN = 256 * 1024
const ZSTD_BLOCK_BYTES = 128 * 1024

/**
 * At most `limitBytes` of the object's text. Undefined with the reason for a compression that
 * cannot be read. Rejects with S3's codes.
 */
export async function readObjectHead(
  objects: ObjectAccess,
  request: { readonly scope: Scope; readonly bucket: string; readonly key: string },
  limitBytes: number,
): Promise<ObjectHead | { readonly unreadable: string }> {
  const { summary, body } = await objects.get(request.scope, request.bucket, request.key)
  const stored = await takeBytes(body, Math.max(limitBytes, ZSTD_STORED_MIN))
  const complete = stored.length >= summary.sizeBytes
  switch (compressionOf(stored)) {
    case 'none':
      return plainHead(stored, summary.sizeBytes, limitBytes)
    case 'gzip':
      return gunzipHead(stored, complete, summary.sizeBytes, limitBytes)
    case 'zstd':
      return zstdHead(stored, complete, summary.sizeBytes, limitBytes)
    case 'bzip2':
      return { unreadable: 'bzip2 is not supported by Headrace yet' }
  }
}

async function takeBytes(
  body: AsyncIterable<Uint8Array> | Uint8Array,
  limitBytes: number,
): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body.subarray(0, limitBytes))
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= limitBytes) break
  }
  return Buffer.concat(chunks).subarray(0, limitBytes)
}

function compressionOf(bytes: Buffer): Compression | 'bzip2' {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip'
  if (bytes.length >= 4 && bytes.readUInt32LE(0) === 0xfd2fb528) return 'zstd'
  return bytes.subarray(0, 3).toString('latin1') === 'BZh' ? 'bzip2' : 'none'
}

async function gunzipHead(
  stored: Buffer,
  whole: boolean,
  sizeBytes: number,
  limitBytes: number,
): Promise<ObjectHead | { readonly unreadable: string }> {
  // What a cut stream gives until its end is wanted, without an error about the end.
  const gunzip = createGunzip({ finishFlush: zlibConstants.Z_SYNC_FLUSH })
  gunzip.end(stored)
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= limitBytes) break
    }
  } catch (error) {
    if (size === 0) return { unreadable: `not a gzip stream: ${String(error)}` }
  }
  const complete = whole && size < limitBytes
  const ratio = size / Math.max(gunzip.bytesWritten, 1)
  return {
    bytes: Buffer.concat(chunks).subarray(0, limitBytes),
    complete,
    compression: 'gzip',
    textBytes: complete ? size : Math.round(sizeBytes * ratio),
  }
}

function plainHead(stored: Buffer, sizeBytes: number, limitBytes: number): ObjectHead {
  const bytes = stored.subarray(0, limitBytes)
  const complete = bytes.length >= sizeBytes
  return { bytes, complete, compression: 'none', textBytes: sizeBytes }
}

function zstdHead(
  stored: Buffer,
  whole: boolean,
  sizeBytes: number,
  limitBytes: number,
): ObjectHead | { readonly unreadable: string } {
  try {
    const head = unzstdHead(stored, Math.ceil(limitBytes / ZSTD_BLOCK_BYTES))
    if (!head) return { unreadable: 'not a Zstandard frame' }
    const { text, consumedBytes, ended } = head
    const complete = whole && ended && text.length <= limitBytes
    return {
      bytes: text.subarray(0, limitBytes),
      complete,
      compression: 'zstd',
      textBytes: complete ? text.length : Math.round((sizeBytes * text.length) / consumedBytes),
    }
  } catch (error) {
    return { unreadable: `not a Zstandard frame: ${String(error)}` }
  }
}
