import { join } from 'node:path'
import type { Disk } from '../../../base/disk.ts'
import { EngineError } from '../../../base/errors.ts'
import type { LocalFile, ObjectId } from '../port.ts'
import { receive } from './body-intake.ts'
import type { ContentHolds } from './content-holds.ts'
import type { ObjectFiles } from './object-files.ts'
import type { ObjectIndex, Piece, RowEntry } from './object-index.ts'
import { streamPieces } from './piece-stream.ts'
import type { Publication } from './publication.ts'
import { isGone } from './publication.ts'

const ATTEMPTS_MAX = 20

interface LocalDeps {
  readonly disk: Disk
  /** Emptied at the start. */
  readonly directory: string
  readonly index: ObjectIndex
  readonly files: ObjectFiles
  readonly holds: ContentHolds
  readonly publication: Publication
}

/**
 * Objects as files for engines that read paths. An object in one file is that file; one that lies in
 * the index is written out until its last user releases it; a composed one is put together into one
 * file, once, which then takes the place of its pieces.
 */
export async function createLocalFiles(deps: LocalDeps) {
  const { disk, directory, index, files, holds } = deps
  await disk.makeDirectory(directory)
  for (const name of await disk.list(directory)) await disk.remove(join(directory, name))
  const useWritten = createWrittenOut(deps)
  const joining = new Map<string, Promise<void>>()

  /** Undefined when the object was replaced meanwhile. */
  async function holdFile(contentId: string, file: string): Promise<LocalFile | undefined> {
    const release = holds.hold(contentId)
    const path = files.pathOf(file)
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

  async function attempt(id: ObjectId, entry: RowEntry): Promise<LocalFile | undefined> {
    const { contentId, piece } = entry.row
    if (piece?.file) return holdFile(contentId, piece.file)
    if (piece) return useWritten(piece, extensionOf(id.key))
    await joinOnce(id, entry)
    return undefined
  }

  return {
    async open(id: ObjectId): Promise<LocalFile | undefined> {
      for (let tries = 0; tries < ATTEMPTS_MAX; tries++) {
        const entry = await index.find(id)
        if (!entry) return undefined
        try {
          const found = await attempt(id, entry)
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
  const { index, files, holds, publication } = deps
  const pieceId = files.newId()
  const release = holds.hold(entry.row.contentId)
  try {
    const source = { openFile: files.open, bytesOf: index.bytesOf }
    const pieces = await index.piecesOf(entry.row)
    const body = await streamPieces(source, pieces, undefined, () => undefined)
    const name = pieceId + extensionOf(id.key)
    const received = await receive(files, name, body, { inlineMaxBytes: -1 })
    const { newFile, sizeBytes } = received
    if (!newFile) return
    const piece = { id: pieceId, sizeBytes, file: newFile.path }
    if (await publication.replaceContent(id, entry, piece)) newFile.keep()
    else await newFile.discard()
  } finally {
    release()
  }
}

/** Small objects written out, each once for all who use it at the same time. */
function createWrittenOut({ disk, directory, index }: LocalDeps) {
  const written = new Map<string, { users: number; readonly path: Promise<string> }>()
  let count = 0

  async function writeOut(piece: Piece, name: string): Promise<string> {
    const bytes = await index.bytesOf(piece.id)
    if (!bytes) throw new EngineError('not-found', `piece ${piece.id} is gone`)
    // A name of its own: the file of those who used it before may be on its way out.
    const path = join(directory, `${++count}-${name}`)
    const file = await disk.open(path, { create: true })
    try {
      if (bytes.length > 0) await file.write([bytes], 0)
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

  return async (piece: Piece, extension: string): Promise<LocalFile> => {
    const name = piece.id + extension
    const entry = written.get(name) ?? { users: 0, path: writeOut(piece, name) }
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
