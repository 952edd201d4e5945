/**
 * The disk as the embedded engines see it. The Node adapter is `engines/node-disk.ts`; tests use the
 * faulty one (`test/support/faulty-disk.ts`), which tears, forgets unsynced bytes and fails on order.
 *
 * Fault model that engines must survive: any call may fail; after a crash a file keeps its synced
 * bytes, any prefix of its unsynced appended bytes, and, in a range that was overwritten but not
 * synced, an arbitrary mix of old and new 512-byte sectors; a rename, creation or removal is kept
 * only when its directory was synced (`syncDirectory`), else it may be lost or kept.
 */
export interface Disk {
  /** Opens for reading and writing; `create` makes the file (and fails when `exclusive` and there). */
  open(path: string, options?: OpenOptions): Promise<DiskFile>
  makeDirectory(path: string): Promise<void>
  list(directory: string): Promise<ReadonlyArray<string>>
  rename(from: string, to: string): Promise<void>
  /** Succeeds when the file is not there. */
  remove(path: string): Promise<void>
  size(path: string): Promise<number | undefined>
  syncDirectory(path: string): Promise<void>
}

export interface OpenOptions {
  readonly create?: boolean
  readonly exclusive?: boolean
  /** Every write is on the medium when it resolves, as if `sync` had followed it. */
  readonly synced?: boolean
  /** A file that is made may be read and written by the user of this process only. */
  readonly private?: boolean
}

export interface DiskFile {
  /** Fills as much of `target` as the file has from `position`; answers the count of bytes. */
  read(target: Uint8Array, position: number): Promise<number>
  /** Writes all of the given buffers, one behind the other, from `position`. */
  write(buffers: ReadonlyArray<Uint8Array>, position: number): Promise<void>
  truncate(size: number): Promise<void>
  /** Resolves once all written bytes (and the size) are on the medium. */
  sync(): Promise<void>
  size(): Promise<number>
  close(): Promise<void>
}
