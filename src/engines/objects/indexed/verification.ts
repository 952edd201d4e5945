import { EngineError, InvariantError } from '../../../base/errors.ts'
import type { ByteRange, ObjectId, Verification } from '../port.ts'
import { BLOCK_BYTES } from './block-sums.ts'
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

  async function read(piece: Piece, range: ByteRange): Promise<void> {
    if (!piece.file) return void (await readInline(source, piece))
    // What is enciphered has its sums over the enciphered bytes.
    const { nonce: _unused, ...stored } = piece
    const body = await streamPieces(source, [stored], { range }, () => undefined)
    let sizeBytes = 0
    for await (const chunk of body) sizeBytes += (chunk as Uint8Array).length
    if (sizeBytes !== range.last - range.first + 1) {
      throw new InvariantError('a stream ended before its piece')
    }
  }

  /** By halves, down to the blocks that sums are of; undefined: nothing is damaged. */
  async function damagedIn(piece: Piece, range: ByteRange): Promise<number | undefined> {
    try {
      await read(piece, range)
      return undefined
    } catch (error) {
      const isDamage = error instanceof EngineError && error.kind === 'corrupt'
      if (!isDamage) throw error
    }
    const { first, last } = range
    const blocks = Math.ceil((last - first + 1) / BLOCK_BYTES)
    if (blocks <= 1 || !piece.file) return last - first + 1
    const middle = first + Math.ceil(blocks / 2) * BLOCK_BYTES
    const left = await damagedIn(piece, { first, last: middle - 1 })
    return (left ?? 0) + ((await damagedIn(piece, { first: middle, last })) ?? 0)
  }

  async function check(row: Row): Promise<Verification> {
    const release = holds.hold(row.contentId)
    try {
      const pieces = await index.piecesOf(row)
      let damagedBytes: number | undefined
      for (const piece of pieces) {
        const found = await damagedIn(piece, { first: 0, last: piece.sizeBytes - 1 })
        if (found !== undefined) damagedBytes = (damagedBytes ?? 0) + found
      }
      if (damagedBytes !== undefined) return { damagedBytes, uncheckedBytes: 0 }
      const unchecked = pieces.filter(({ sum, summed }) => sum === undefined && !summed)
      return { uncheckedBytes: unchecked.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }
    } finally {
      release()
    }
  }

  return async (id: ObjectId): Promise<Verification | undefined> => {
    let sizeBytes = 0
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const entry = await index.find(id)
      if (!entry) return undefined
      sizeBytes = entry.row.sizeBytes
      try {
        return await check(entry.row)
      } catch (error) {
        if (!isGone(error)) throw error
      }
    }
    // The row stays as it is and its bytes are not there: they are lost.
    return { damagedBytes: sizeBytes, uncheckedBytes: 0 }
  }
}
