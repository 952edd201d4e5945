import type { Clock } from '../../../base/clock.ts'
import type { Random } from '../../../base/random.ts'
import type { Directory } from '../indexed/directories.ts'
import { createDirectories } from '../indexed/directories.ts'
import type { ObjectIndex, Piece } from '../indexed/object-index.ts'
import { createIds } from '../indexed/piece-ids.ts'
import type { NewPiece, PiecePlace } from '../indexed/piece-place.ts'
import { openBlob } from './blob-reader.ts'
import type { BlobStore } from './blob-store.ts'
import { createBlobWriter } from './blob-writer.ts'
import { remoteLimits } from './limits.ts'
import type { StoreConnection } from './store-connection.ts'

const MARK_BYTES = 8

/**
 * Pieces as blobs under names that nobody else comes to. A directory is a part of the name; it stays
 * open for a time that its name tells, so that other nodes know when what was begun in it is lost.
 */
export function createBlobPlace(deps: {
  readonly store: BlobStore
  readonly persist: StoreConnection['persist']
  readonly index: ObjectIndex
  readonly clock: Clock
  readonly random: Random
}): PiecePlace {
  const { store, index, clock, random } = deps
  const newId = createIds(clock, random)
  const makeDirectory = async () => {
    const name = newId() + random.bytes(MARK_BYTES).toString('hex')
    await index.openDirectory(name)
    return name
  }
  const isOver = (name: string) => ageMs(name, clock.wallMs()) > remoteLimits.directoryMs
  const directories = createDirectories(index, makeDirectory, isOver)

  function make(directory: Directory, file: string): NewPiece {
    const writer = createBlobWriter(store, file)
    let hasFailed = false
    const noted = async (work: Promise<void>) => {
      try {
        await work
      } catch (error) {
        hasFailed = true
        throw error
      }
    }
    const remove = async () => {
      try {
        await writer.remove()
        directories.leave(directory)
      } catch {
        // The directory stays marked, so that a sweep removes the blob.
      }
    }
    return {
      file,
      write: (buffers) => noted(writer.write(buffers)),
      finish: () => noted(writer.finish()),
      guard: (changes) => index.checkDirectory(changes, directory.name),
      keep: () => directories.leave(directory),
      async discard() {
        const removal = remove()
        // A store that has just failed would keep whoever waits for the error waiting once more.
        if (!hasFailed) await removal
      },
    }
  }

  return {
    newId,
    async create(name) {
      const directory = await directories.enter()
      return make(directory, `${directory.name}/${name}`)
    },
    open: (file, span) => openBlob(deps, file, span),
    removePieces: (pieces: ReadonlyArray<Piece>) =>
      store.remove(pieces.flatMap(({ file }) => file ?? [])),
  }
}

/** How long ago the directory was made. */
export function ageMs(directory: string, nowMs: number): number {
  return nowMs - Number.parseInt(directory.slice(0, 12), 16)
}
