/** Directories for files that only live as long as a piece of work. Emptied when a server starts. */
export interface ScratchSpace {
  create(purpose: string): Promise<ScratchDirectory>
}

export interface ScratchDirectory {
  readonly path: string
  /** Writes all chunks, one behind the other, into a new file. Not synced: it is scratch. */
  write(name: string, chunks: ReadonlyArray<Uint8Array>): Promise<void>
  remove(): Promise<void>
}
