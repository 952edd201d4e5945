import { EngineError, InvariantError } from '../../../base/errors.ts'
import type { ObjectId, Verification } from '../port.ts'
import type { ContentHolds } from './content-holds.ts'
import type { ObjectIndex, Piece, Row } from './object-index.ts'
import { isGone } from './object-index.ts'
import type { PieceSource } from './piece-stream.ts'
import { readInline, streamPieces } from './piece-stream.ts'

const ATTEMPTS_MAX = 20

/** Reads objects as they lie on the medium, for their sums alone. */
export function createVerify(deps: {
  readonly index: ObjectIndex
  readonly holds: ContentHolds
  readonly source: PieceSource
}) {
  const { index, holds, source } = deps

  async function read(piece: Piece): Promise<void> {
    if (!piece.file) return void (await readInline(source, piece))
    // What is enciphered has its sums over the enciphered bytes.
    const { nonce: _unused, ...stored } = piece
    const body = await streamPieces(source, [stored], {}, () => undefined)
    let sizeBytes = 0
    for await (const chunk of body) sizeBytes += (chunk as Uint8Array).length
    if (sizeBytes !== piece.sizeBytes) throw new InvariantError('a stream ended before its piece')
  }

  async function check(row: Row): Promise<Verification> {
    const release = holds.hold(row.contentId)
    try {
      const pieces = await index.piecesOf(row)
      for (const piece of pieces) await read(piece)
      const unchecked = pieces.filter(({ sum, summed }) => sum === undefined && !summed)
      const uncheckedBytes = unchecked.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
      return { damaged: false, uncheckedBytes }
    } catch (error) {
      const isDamage = error instanceof EngineError && error.kind === 'corrupt'
      if (isDamage) return { damaged: true, uncheckedBytes: 0 }
      throw error
    } finally {
      release()
    }
  }

  return async (id: ObjectId): Promise<Verification | undefined> => {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const entry = await index.find(id)
      if (!entry) return undefined
      try {
        return await check(entry.row)
      } catch (error) {
        if (!isGone(error)) throw error
      }
    }
    // The row stays as it is and its bytes are not there: they are lost.
    return { damaged: true, uncheckedBytes: 0 }
  }
}
