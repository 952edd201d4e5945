import { join } from 'node:path'
import type { Clock } from '../../../base/clock.ts'
import type { Disk, DiskFile } from '../../../base/disk.ts'
import type { Random } from '../../../base/random.ts'
import { coalesce } from './coalesce.ts'
import type { ObjectIndex, Piece } from './object-index.ts'

const FILES_A_DIRECTORY_MAX = 1_000
const GARBAGE_PAGE = 1_000

/**
 * A file that is being made. It belongs to nothing until its marker is committed. When it is unknown
 * whether that was committed, neither `keep` nor `discard` is called: the next start finds out.
 */
export interface NewFile {
  readonly file: DiskFile
  /** As pieces name it. */
  readonly path: string
  /** Makes bytes and name durable and closes the file. */
  finish(): Promise<void>
  /** The file belongs to an object now. */
  keep(): void
  /** Removes the file, or moves it back to where it came from. Never rejects. */
  discard(): Promise<void>
}

interface Directory {
  readonly name: string
  count: number
  underWay: number
}

interface FilesDeps {
  readonly disk: Disk
  readonly directory: string
  readonly index: ObjectIndex
  readonly clock: Clock
  readonly random: Random
}

/**
 * The files of the store, in directories of at most a thousand. A directory is marked in the index
 * while files are made in it; the next start looks only into marked ones for files that a crash left
 * without an object.
 */
export async function openObjectFiles(deps: FilesDeps) {
  const { disk, directory, clock, random } = deps
  await disk.makeDirectory(directory)
  const newId = createIds(clock, random)
  const directories = createDirectories(deps, newId)
  const syncDirectory = coalesce((name: string) => disk.syncDirectory(join(directory, name)))

  /** Their files are gone for good when it resolves, so that their garbage entries may go as well. */
  async function removePieces(pieces: ReadonlyArray<Piece>): Promise<void> {
    const files = pieces.flatMap(({ file }) => file ?? [])
    for (const file of files) await disk.remove(join(directory, file))
    const names = new Set(files.map((file) => file.slice(0, file.indexOf('/'))))
    for (const name of names) await syncDirectory(name)
  }

  await sweep(deps, removePieces)

  async function make(place: Directory, name: string, from: string | undefined): Promise<NewFile> {
    const path = `${place.name}/${name}`
    const absolute = join(directory, path)
    if (from) await disk.rename(from, absolute)
    const file = await disk.open(absolute, from ? {} : { create: true, exclusive: true })
    return {
      file,
      path,
      async finish() {
        await file.sync()
        await file.close()
        await syncDirectory(place.name)
      },
      keep: () => directories.leave(place),
      async discard() {
        try {
          await file.close()
          if (from) await disk.rename(absolute, from)
          else await disk.remove(absolute)
          directories.leave(place)
        } catch {
          // The directory stays marked, so the next start removes the file.
        }
      },
    }
  }

  return {
    /** In the order of time, and never given twice. */
    newId,
    removePieces,
    pathOf: (file: string): string => join(directory, file),
    open: (file: string): Promise<DiskFile> => disk.open(join(directory, file)),
    /** `name` must be new; with `from`, that file is moved here instead of making an empty one. */
    async create(name: string, from?: string): Promise<NewFile> {
      const place = await directories.enter()
      try {
        return await make(place, name, from)
      } catch (error) {
        directories.leave(place)
        throw error
      }
    },
  }
}

export type ObjectFiles = Awaited<ReturnType<typeof openObjectFiles>>

/** Time, a mark of the process, and a count: no two processes and no two calls give the same. */
function createIds(clock: Clock, random: Random): () => string {
  const mark = random.bytes(4).toString('hex')
  let count = 0
  return () => {
    count = (count + 1) % 0x1_0000_0000
    const time = clock.wallMs().toString(16).padStart(12, '0')
    return time + mark + count.toString(16).padStart(8, '0')
  }
}

/** What the process before us left: files without an object, and garbage that it did not get to. */
async function sweep(
  { disk, directory, index }: FilesDeps,
  removePieces: (pieces: ReadonlyArray<Piece>) => Promise<void>,
): Promise<void> {
  for (const name of await index.openDirectories()) {
    const path = join(directory, name)
    await disk.makeDirectory(path)
    for (const file of await disk.list(path)) {
      if (!(await index.belongs(`${name}/${file}`))) await disk.remove(join(path, file))
    }
    await disk.syncDirectory(path)
    await index.closeDirectory(name)
  }
  for (;;) {
    const garbage = await index.garbage(GARBAGE_PAGE)
    if (garbage.length === 0) return
    await removePieces(garbage.flatMap(({ pieces }) => pieces))
    await index.forgetGarbage(garbage)
  }
}

function createDirectories({ disk, directory, index }: FilesDeps, newId: () => string) {
  let current: Promise<Directory> | undefined

  async function make(): Promise<Directory> {
    const name = newId()
    await index.openDirectory(name)
    await disk.makeDirectory(join(directory, name))
    await disk.syncDirectory(directory)
    return { name, count: 0, underWay: 0 }
  }

  async function close({ name }: Directory): Promise<void> {
    try {
      await index.closeDirectory(name)
    } catch {
      // Still marked: the next start looks into it once more and finds nothing.
    }
  }

  return {
    /** A directory with room for one more file. */
    async enter(): Promise<Directory> {
      for (;;) {
        current ??= make()
        const found = current
        try {
          const place = await found
          if (place.count < FILES_A_DIRECTORY_MAX) {
            place.count++
            place.underWay++
            return place
          }
          if (current === found) current = undefined
        } catch (error) {
          if (current === found) current = undefined
          throw error
        }
      }
    },
    /** Full and nothing under way: there is nothing left in it for a next start to look at. */
    leave(place: Directory): void {
      place.underWay--
      if (place.count === FILES_A_DIRECTORY_MAX && place.underWay === 0) void close(place)
    },
  }
}
