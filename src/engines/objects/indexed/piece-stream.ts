import { Readable } from 'node:stream'
import { EngineError, hasErrorCode } from '../../../base/errors.ts'
import { crc32c } from '../../checksum/crc32c.ts'
import type { ByteRange } from '../port.ts'
import { BLOCK_BYTES, haveSums } from './block-sums.ts'
import type { Piece } from './object-index.ts'
import { decipher } from './piece-cipher.ts'
import type { PiecePlace, PieceReader } from './piece-place.ts'

const READ_BYTES = 4 * BLOCK_BYTES

/** The part of a piece that is asked for. */
interface Span {
  readonly piece: Piece
  readonly first: number
  readonly last: number
}

export interface PieceSource {
  /** The bytes of a piece that lies in its place. */
  readonly openPiece: PiecePlace['open']
  /** Bytes that lie in the index. */
  bytesOf(pieceId: string): Promise<Uint8Array | undefined>
  /** Of the blocks from the given one on, as many as lie together; none for a file without sums. */
  sumsOf(pieceId: string, block: number): Promise<Uint8Array | undefined>
  /** Told of what is not as it was written; answers the error to throw. */
  damaged(pieceId: string): EngineError
}

export interface ReadOptions {
  readonly range?: ByteRange | undefined
  readonly key?: Uint8Array | undefined
}

/**
 * The bytes of the pieces, one behind the other, read as the consumer takes them, each block checked
 * before a byte of it is given away. The first chunk is there when this resolves: `not-found`, and
 * damage at the start, show before anything is promised. `onClose` is called once, when nothing is
 * read any more, whether the stream was finished, destroyed or never touched.
 */
export async function streamPieces(
  source: PieceSource,
  pieces: ReadonlyArray<Piece>,
  options: ReadOptions,
  onClose: () => void,
): Promise<Readable> {
  const reader = createReader(source, spansOf(pieces, options.range), options.key)
  let first: Uint8Array | null | undefined
  try {
    first = await reader.next()
  } catch (error) {
    await reader.close()
    throw error
  }
  return new Readable({
    highWaterMark: 2 * READ_BYTES,
    read() {
      if (first !== undefined) {
        const chunk = first
        first = undefined
        this.push(chunk)
        return
      }
      reader.next().then(
        (chunk) => this.push(chunk),
        (error: Error) => this.destroy(error),
      )
    },
    destroy(error, done) {
      const finish = () => {
        onClose()
        done(error)
      }
      reader.close().then(finish, finish)
    },
  })
}

/** The bytes of a piece that lies in the index, as they were written. Throws `not-found`, `corrupt`. */
export async function readInline(
  source: Pick<PieceSource, 'bytesOf' | 'damaged'>,
  piece: Piece,
): Promise<Uint8Array> {
  const bytes = await source.bytesOf(piece.id)
  if (!bytes) throw new EngineError('not-found', `piece ${piece.id} is gone`)
  if (piece.sum !== undefined && crc32c(bytes) !== piece.sum) throw source.damaged(piece.id)
  return bytes
}

function spansOf(pieces: ReadonlyArray<Piece>, range: ByteRange | undefined): Span[] {
  const spans: Span[] = []
  let offset = 0
  for (const piece of pieces) {
    const first = Math.max((range?.first ?? 0) - offset, 0)
    const last = Math.min((range?.last ?? Number.POSITIVE_INFINITY) - offset, piece.sizeBytes - 1)
    if (first <= last) spans.push({ piece, first, last })
    offset += piece.sizeBytes
  }
  return spans
}

function createReader(
  source: PieceSource,
  spans: ReadonlyArray<Span>,
  key: Uint8Array | undefined,
) {
  let index = 0
  let at = spans[0]?.first ?? 0
  let file: PieceReader | undefined
  let underWay: Promise<unknown> = Promise.resolve()

  async function leaveSpan(): Promise<void> {
    const left = file
    file = undefined
    index++
    at = spans[index]?.first ?? 0
    await left?.close()
  }

  async function readPlain({ piece, last }: Span): Promise<Uint8Array> {
    if (!piece.file) {
      const bytes = decipher(piece, key, await readInline(source, piece), 0)
      return bytes.subarray(at, last + 1)
    }
    const start = at - (at % BLOCK_BYTES)
    const spanEnd = Math.min(piece.sizeBytes, roundUp(last + 1))
    file ??= await source.openPiece(piece.file, { start, end: spanEnd })
    const end = Math.min(start + READ_BYTES, spanEnd)
    const stored = await readChecked(source, file, piece, start, end)
    return decipher(piece, key, stored, start).subarray(at - start, last + 1 - start)
  }

  async function read(): Promise<Uint8Array | null> {
    const span = spans[index]
    if (!span) return null
    const chunk = await readPlain(span)
    if (chunk.length === 0) throw source.damaged(span.piece.id)
    at += chunk.length
    if (at > span.last) await leaveSpan()
    return chunk
  }

  return {
    next(): Promise<Uint8Array | null> {
      const reading = read()
      underWay = reading.catch(() => undefined)
      return reading
    },
    async close(): Promise<void> {
      await underWay
      const left = file
      file = undefined
      await left?.close()
    },
  }
}

/** From a border of blocks to another, or to the end of the piece. */
async function readChecked(
  source: PieceSource,
  file: PieceReader,
  piece: Piece,
  start: number,
  end: number,
): Promise<Uint8Array> {
  const target = Buffer.allocUnsafe(end - start)
  const [count, sums] = await Promise.all([
    readBlocks(source, file, piece, target, start),
    piece.summed ? source.sumsOf(piece.id, start / BLOCK_BYTES) : undefined,
  ])
  if (count < target.length) throw source.damaged(piece.id)
  if (!piece.summed) return target
  // They go after the file: whoever opened it just before must look for the object once more.
  if (!sums) throw new EngineError('not-found', `the sums of piece ${piece.id} are gone`)
  if (!haveSums(target, sums)) throw source.damaged(piece.id)
  return target
}

/** A place that the medium cannot read any more is damage, not a disturbance that passes. */
async function readBlocks(
  source: PieceSource,
  file: PieceReader,
  piece: Piece,
  target: Uint8Array,
  start: number,
): Promise<number> {
  try {
    return await file.read(target, start)
  } catch (error) {
    const isUnreadable = error instanceof EngineError && hasErrorCode(error.cause, 'EIO')
    throw isUnreadable ? source.damaged(piece.id) : error
  }
}

function roundUp(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES
}
