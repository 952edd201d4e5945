import { Readable } from 'node:stream'
import type { WireResponse } from '../request.ts'

/** Bodies up to this size are sent in one go. */
const WHOLE_SIZE_MAX = 256 * 1024

/**
 * The answer with a body of these pieces. A large one is not put together first: a stream of known
 * length, which goes as fast as the caller reads.
 */
export function piecewiseAnswer(
  headers: Readonly<Record<string, string>>,
  pieces: ReadonlyArray<Buffer>,
): WireResponse {
  const [first] = pieces
  if (pieces.length === 1 && first) return { status: 200, headers, body: first }
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0)
  if (size <= WHOLE_SIZE_MAX) return { status: 200, headers, body: Buffer.concat(pieces, size) }
  const body = Readable.from(pieces, { objectMode: false })
  return { status: 200, headers: { ...headers, 'content-length': String(size) }, body }
}
