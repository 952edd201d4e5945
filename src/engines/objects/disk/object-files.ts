import { join } from 'node:path'
import type { Clock } from '../../../base/clock.ts'
import type { Disk } from '../../../base/disk.ts'
import { EngineError, hasErrorCode } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Directory } from '../indexed/directories.ts'
import { createDirectories } from '../indexed/directories.ts'
import type { ObjectIndex, Piece } from '../indexed/object-index.ts'
import { createIds } from '../indexed/piece-ids.ts'
import type { AdoptedPiece, PiecePlace } from '../indexed/piece-place.ts'
import { coalesce } from './coalesce.ts'

const GARBAGE_PAGE = 1_000

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
export async function openObjectFiles(deps: FilesDeps): Promise<PiecePlace> {
  const { disk, directory, index, clock, random } = deps
  await disk.makeDirectory(directory)
  const newId = createIds(clock, random)
  const directories = createDirectories(index, async () => {
    const name = newId()
    await index.openDirectory(name)
    await disk.makeDirectory(join(directory, name))
    await disk.syncDirectory(directory)
    return name
  })
  const syncDirectory = coalesce((name: string) => disk.syncDirectory(join(directory, name)))

  /** Their files are gone for good when it resolves, so that their garbage entries may go as well. */
  async function removePieces(pieces: ReadonlyArray<Piece>): Promise<void> {
    const files = pieces.flatMap(({ file }) => file ?? [])
    for (const file of files) await disk.remove(join(directory, file))
    const names = new Set(files.map((file) => file.slice(0, file.indexOf('/'))))
    for (const name of names) await syncDirectory(name)
  }

  await sweep(deps, removePieces)

  async function make(
    place: Directory,
    name: string,
    from: string | undefined,
  ): Promise<AdoptedPiece> {
    const path = `${place.name}/${name}`
    const absolute = join(directory, path)
    if (from) await disk.rename(from, absolute)
    const file = await disk.open(absolute, from ? {} : { create: true, exclusive: true })
    return {
      file: path,
      read: (target, position) => file.read(target, position),
      write: (buffers, position) => file.write(buffers, position),
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

  async function enter(name: string, from?: string): Promise<AdoptedPiece> {
    const place = await directories.enter()
    try {
      return await make(place, name, from)
    } catch (error) {
      directories.leave(place)
      throw error
    }
  }

  return {
    newId,
    removePieces,
    pathOf: (file) => join(directory, file),
    open: (file) => disk.open(join(directory, file)),
    create: (name) => enter(name),
    async adopt(name, path) {
      try {
        return await enter(name, path)
      } catch (error) {
        const elsewhere = error instanceof EngineError && hasErrorCode(error.cause, 'EXDEV')
        if (elsewhere) return undefined
        throw error
      }
    },
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
