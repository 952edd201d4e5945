/**
 * Directories for files that only live as long as a piece of work. Emptied when a server starts.
 */
export interface ScratchSpace {
  create(purpose: string): Promise<ScratchDirectory>
}

export interface ScratchDirectory {
  readonly path: string
  /** Writes all chunks, one behind the other, into a new file. Not synced: it is scratch. */
  write(name: string, chunks: ReadonlyArray<Uint8Array>): Promise<void>
  /** With the folders above it; may be there already. */
  makeDirectory(name: string): Promise<void>
  /**
   * The bytes of the local file `source` under a name of ours, without a copy where the file system
   * can: they stay when the source is removed or replaced, and must not be written to. Takes the
   * place of a file of that name; rejects with `EngineError('conflict')` where a name above it is a
   * file or its own name a folder.
   */
  link(source: string, name: string): Promise<void>
  /**
   * Every file below the folder, by names from there, in order; empty when the folder is not there.
   */
  files(
    folder: string,
  ): Promise<ReadonlyArray<{ readonly name: string; readonly sizeBytes: number }>>
  /** The whole file; undefined when it is not there. */
  read(name: string): Promise<Buffer | undefined>
  remove(): Promise<void>
}
