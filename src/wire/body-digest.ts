import type { Readable } from 'node:stream'

const trailing = Symbol('checksums that came behind the body')

/**
 * Checksums that the client sent as trailers, behind the body: base64 by S3's name of the algorithm
 * (`{ CRC32: 'NSRBwg==' }`), already compared with the bytes. They are complete only once the stream
 * has ended; a stream whose checksum was wrong does not end, it fails with `BadDigest`. Empty for a
 * body without trailers. (Checksums sent as headers are members of the input: `ChecksumCRC32`.)
 */
export function trailingChecksums(stream: Readable): Readonly<Record<string, string>> {
  return (stream as Bearer)[trailing] ?? {}
}

/** For the server, which decodes the body: `checksums` may be filled until the stream ends. */
export function bearTrailingChecksums(
  stream: Readable,
  checksums: Readonly<Record<string, string>>,
): void {
  ;(stream as Bearer)[trailing] = checksums
}

interface Bearer extends Readable {
  [trailing]?: Readonly<Record<string, string>>
}
