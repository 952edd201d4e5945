import type { Changes, Piece } from './object-index.ts'

/** Where the bytes lie that are too many for `meta`: files of a disk, or blobs of a store elsewhere. */
export interface PiecePlace {
  /** In the order of time, and never given twice. */
  readonly newId: () => string
  /** An empty piece to write into. `name` must be new. */
  create(name: string): Promise<NewPiece>
  /**
   * Makes a finished local file a piece without copying it; undefined where that cannot be. Absent
   * where it never can.
   */
  adopt?(name: string, path: string): Promise<AdoptedPiece | undefined>
  /** Rejects with `not-found` when it is gone. Bytes are asked for from `start` on, below `end`. */
  open(file: string, span: { readonly start: number; readonly end: number }): Promise<PieceReader>
  /** They are gone for good when it resolves, so that their garbage entries may go as well. */
  removePieces(pieces: ReadonlyArray<Piece>): Promise<void>
  /** Absent where pieces are no local files. */
  pathOf?(file: string): string
}

/**
 * A piece that is being made. It belongs to nothing until its marker is committed. When it is unknown
 * whether that was committed, neither `keep` nor `discard` is called: who sweeps finds out.
 */
export interface NewPiece {
  /** As `Piece` names it. */
  readonly file: string
  /** From where the last call ended. */
  write(buffers: ReadonlyArray<Uint8Array>, position: number): Promise<void>
  /** Makes all of it durable; nothing is written any more. */
  finish(): Promise<void>
  /**
   * Adds to the changes that publish the piece on what condition they may. Rejects when they may not
   * any more.
   */
  guard?(changes: Changes): Promise<void>
  /** It belongs to an object now. */
  keep(): void
  /** Removes it, or gives a file back to where it came from. Never rejects. */
  discard(): Promise<void>
}

export interface AdoptedPiece extends NewPiece {
  read(target: Uint8Array, position: number): Promise<number>
}

export interface PieceReader {
  /** Fills as much of `target` as the piece has from `position`; answers the count of bytes. */
  read(target: Uint8Array, position: number): Promise<number>
  close(): Promise<void>
}
