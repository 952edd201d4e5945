import { Readable } from 'node:stream'
import type { DiskFile } from '../../../base/disk.ts'
import { EngineError } from '../../../base/errors.ts'
import type { ByteRange } from '../port.ts'
import type { Piece } from './object-index.ts'

const READ_BYTES = 256 * 1024

/** The part of a piece that is asked for. */
interface Span {
  readonly piece: Piece
  readonly first: number
  readonly last: number
}

export interface PieceSource {
  openFile(file: string): Promise<DiskFile>
  /** Bytes that lie in the index. */
  bytesOf(pieceId: string): Promise<Uint8Array | undefined>
}

/**
 * The bytes of the pieces, one behind the other, read as the consumer takes them. The first piece is
 * open when this resolves: `not-found` shows before anything is promised. `onClose` is called once,
 * when nothing is read any more, whether the stream was finished, destroyed or never touched.
 */
export async function streamPieces(
  source: PieceSource,
  pieces: ReadonlyArray<Piece>,
  range: ByteRange | undefined,
  onClose: () => void,
): Promise<Readable> {
  const spans = spansOf(pieces, range)
  const reader = createReader(source, spans)
  await reader.open()
  return new Readable({
    highWaterMark: 2 * READ_BYTES,
    read() {
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

function createReader(source: PieceSource, spans: ReadonlyArray<Span>) {
  let index = 0
  let at = spans[0]?.first ?? 0
  let file: DiskFile | undefined
  let underWay: Promise<unknown> = Promise.resolve()

  async function openSpan(): Promise<void> {
    const span = spans[index]
    if (span?.piece.file && !file) file = await source.openFile(span.piece.file)
  }

  async function leaveSpan(): Promise<void> {
    const left = file
    file = undefined
    index++
    at = spans[index]?.first ?? 0
    await left?.close()
  }

  async function read(): Promise<Uint8Array | null> {
    const span = spans[index]
    if (!span) return null
    await openSpan()
    const chunk = file
      ? await readFile(file, at, Math.min(READ_BYTES, span.last - at + 1))
      : (await source.bytesOf(span.piece.id))?.subarray(at, span.last + 1)
    if (!chunk || chunk.length === 0) {
      throw new EngineError('corrupt', `piece ${span.piece.id} is shorter than it was written`)
    }
    at += chunk.length
    if (at > span.last) await leaveSpan()
    return chunk
  }

  return {
    open: openSpan,
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

async function readFile(file: DiskFile, at: number, length: number): Promise<Uint8Array> {
  const target = Buffer.allocUnsafe(length)
  const count = await file.read(target, at)
  return count === length ? target : target.subarray(0, count)
}
