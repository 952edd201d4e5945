import { join } from 'node:path'
import type { Disk } from '../../../base/disk.ts'
import { EngineError } from '../../../base/errors.ts'
import type { KeyOf, LocalFile, ObjectId } from '../port.ts'
import { receive } from './body-intake.ts'
import type { ContentHolds } from './content-holds.ts'
import type { ObjectIndex, Row, RowEntry } from './object-index.ts'
import { isGone, storedObject } from './object-index.ts'
import type { PiecePlace } from './piece-place.ts'
import type { PieceSource } from './piece-stream.ts'
import { readInline, streamPieces } from './piece-stream.ts'
import type { Publication } from './publication.ts'

const ATTEMPTS_MAX = 20

interface LocalDeps {
  readonly disk: Disk
  /** Emptied at the start. */
  readonly directory: string
  readonly index: ObjectIndex
  readonly place: PiecePlace
  readonly source: PieceSource
  readonly holds: ContentHolds
  readonly publication: Publication
}

/**
 * Objects as files for engines that read paths. Where pieces are files, an object in one file is that
 * file, and a composed one is put together into one, once, which then takes the place of its pieces.
 * What lies in the index, in another place, or enciphered, is written out until its last user
 * releases it.
 */
export async function createLocalFiles(deps: LocalDeps) {
  const { disk, directory, index, place, holds } = deps
  await disk.makeDirectory(directory)
  for (const name of await disk.list(directory)) await disk.remove(join(directory, name))
  const useWritten = createWrittenOut(deps)
  const joining = new Map<string, Promise<void>>()

  /** Undefined when the object was replaced meanwhile. */
  async function holdFile(contentId: string, path: string): Promise<LocalFile | undefined> {
    const release = holds.hold(contentId)
    if ((await disk.size(path)) !== undefined) return { path, release }
    release()
    return undefined
  }

  async function joinOnce(id: ObjectId, entry: RowEntry): Promise<void> {
    const { contentId } = entry.row
    const underWay =
      joining.get(contentId) ?? joinPieces(deps, id, entry).finally(() => joining.delete(contentId))
    joining.set(contentId, underWay)
    await underWay
  }

  async function attempt(
    id: ObjectId,
    entry: RowEntry,
    key: Uint8Array | undefined,
  ): Promise<LocalFile | undefined> {
    const { contentId, piece } = entry.row
    // A piece with a nonce goes this way without a key as well, to be refused there.
    const isPlain = !key && !piece?.nonce && (!piece || piece.file)
    if (!isPlain || !place.pathOf) return useWritten(entry.row, key)
    if (piece?.file) return holdFile(contentId, place.pathOf(piece.file))
    await joinOnce(id, entry)
    return undefined
  }

  return {
    async open(id: ObjectId, keyOf?: KeyOf): Promise<LocalFile | undefined> {
      for (let tries = 0; tries < ATTEMPTS_MAX; tries++) {
        const entry = await index.find(id)
        if (!entry) return undefined
        try {
          const key = await keyOf?.(storedObject(entry.row))
          const found = await attempt(id, entry, key)
          if (found) return found
        } catch (error) {
          if (!isGone(error)) throw error
        }
      }
      throw new EngineError('corrupt', `the bytes of ${id.bucket}/${id.key} are not there`)
    },
  }
}

async function joinPieces(deps: LocalDeps, id: ObjectId, entry: RowEntry): Promise<void> {
  const { index, place, holds, publication, source } = deps
  const pieceId = place.newId()
  const release = holds.hold(entry.row.contentId)
  try {
    const pieces = await index.piecesOf(entry.row)
    const body = await streamPieces(source, pieces, {}, () => undefined)
    const name = pieceId + extensionOf(id.key)
    const received = await receive(place, name, body, { inlineMaxBytes: -1 })
    const { newPiece, content } = received
    if (!newPiece) return
    const piece = { id: pieceId, ...received.piece }
    if (await publication.replaceContent(id, entry, piece, content)) newPiece.keep()
    else await newPiece.discard()
  } finally {
    release()
  }
}

/** Objects written out, each once for all who use it at the same time. */
function createWrittenOut({ disk, directory, index, holds, source }: LocalDeps) {
  const written = new Map<string, { users: number; readonly path: Promise<string> }>()
  let count = 0

  async function* plainOf(row: Row, key: Uint8Array | undefined): AsyncGenerator<Uint8Array> {
    const { piece } = row
    // Even an object without bytes must still be there.
    if (piece && !piece.file) await readInline(source, piece)
    const release = holds.hold(row.contentId)
    try {
      yield* await streamPieces(source, await index.piecesOf(row), { key }, release)
    } finally {
      release()
    }
  }

  async function writeOut(row: Row, name: string, key: Uint8Array | undefined): Promise<string> {
    // A name of its own: the file of those who used it before may be on its way out.
    const path = join(directory, `${++count}-${name}`)
    const file = await disk.open(path, { create: true, private: true })
    try {
      let at = 0
      for await (const chunk of plainOf(row, key)) {
        await file.write([chunk], at)
        at += chunk.length
      }
    } catch (error) {
      await disk.remove(path)
      throw error
    } finally {
      await file.close()
    }
    return path
  }

  async function removeWritten(path: Promise<string>): Promise<void> {
    try {
      await disk.remove(await path)
    } catch {
      // Scratch: the next start empties the directory.
    }
  }

  return async (row: Row, key: Uint8Array | undefined): Promise<LocalFile> => {
    const name = row.contentId + extensionOf(row.key)
    const entry = written.get(name) ?? { users: 0, path: writeOut(row, name, key) }
    entry.users++
    written.set(name, entry)
    let held = true
    const release = () => {
      if (!held) return
      held = false
      entry.users--
      if (entry.users > 0) return
      written.delete(name)
      void removeWritten(entry.path)
    }
    try {
      return { path: await entry.path, release }
    } catch (error) {
      release()
      throw error
    }
  }
}

/** `.json.gz` of `a/b.c/part-0.json.gz`: readers of local files go by it. */
export function extensionOf(key: string): string {
  return /(\.[A-Za-z0-9]{1,10}){1,2}$/.exec(key)?.[0] ?? ''
}
