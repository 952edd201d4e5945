import type { Disk, DiskFile } from '../../../base/disk.ts'

/** Keeps the files that were used last open, at most `filesMax` of them beside those in use. */
export interface FilePool {
  /** Lends the open file to `work`; it is not closed before `work` is done. */
  use<T>(path: string, work: (file: DiskFile) => Promise<T>): Promise<T>
  /** Like `use`, and makes the file first when it is not there. */
  create<T>(path: string, work: (file: DiskFile) => Promise<T>): Promise<T>
  /** Closes the file once nobody uses it. */
  drop(path: string): Promise<void>
  close(): Promise<void>
}

interface Entry {
  readonly opening: Promise<DiskFile>
  users: number
  dropped: boolean
}

export function createFilePool(disk: Disk, filesMax: number): FilePool {
  // In the order of use: the one that rested longest is first.
  const entries = new Map<string, Entry>()

  function take(path: string, create: boolean): Entry {
    let entry = entries.get(path)
    if (entry) entries.delete(path)
    else entry = { opening: disk.open(path, { create }), users: 0, dropped: false }
    entries.set(path, entry)
    entry.users++
    return entry
  }

  async function lend<T>(path: string, create: boolean, work: (file: DiskFile) => Promise<T>) {
    const entry = take(path, create)
    try {
      return await work(await open(path, entry))
    } finally {
      entry.users--
      if (entry.dropped) await closeUnused(entry)
      else if (entries.size > filesMax) await closeOldest()
    }
  }

  async function open(path: string, entry: Entry): Promise<DiskFile> {
    try {
      return await entry.opening
    } catch (error) {
      if (entries.get(path) === entry) entries.delete(path)
      throw error
    }
  }

  async function closeOldest(): Promise<void> {
    for (const [path, entry] of entries) {
      if (entry.users > 0) continue
      entries.delete(path)
      return closeUnused(entry)
    }
  }

  async function closeUnused(entry: Entry): Promise<void> {
    if (entry.users > 0) return
    const file = await entry.opening.catch(() => undefined)
    await file?.close()
  }

  async function drop(path: string): Promise<void> {
    const entry = entries.get(path)
    if (!entry) return
    entries.delete(path)
    entry.dropped = true
    await closeUnused(entry)
  }

  return {
    use: (path, work) => lend(path, false, work),
    create: (path, work) => lend(path, true, work),
    drop,
    async close() {
      for (const path of [...entries.keys()]) await drop(path)
    },
  }
}
