import { join } from 'node:path'
import type { Clock } from '../../../base/clock.ts'
import type { Disk } from '../../../base/disk.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Metrics } from '../../../base/metrics.ts'
import { silentMetrics } from '../../../base/metrics.ts'
import type { Random } from '../../../base/random.ts'
import type { MetaStore } from '../../meta/port.ts'
import type { ObjectStore, OpenedObject, Select, Selected, StoredObject } from '../port.ts'
import { createIntake } from './body-intake.ts'
import { createHolds } from './content-holds.ts'
import { createLocalFiles, extensionOf } from './local-files.ts'
import { openObjectFiles } from './object-files.ts'
import type { Row } from './object-index.ts'
import { createObjectIndex, putPiece, storedObject } from './object-index.ts'
import { listObjects } from './object-listing.ts'
import { decipher } from './piece-cipher.ts'
import { readInline, streamPieces } from './piece-stream.ts'
import { createPublication, isGone } from './publication.ts'
import { createVerify } from './verification.ts'

export interface DiskObjectsDeps {
  readonly disk: Disk
  /** Absolute, and of this store alone. */
  readonly directory: string
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  readonly metrics?: Metrics
  /** Objects up to this size lie in `meta`; larger ones are files. */
  readonly inlineMaxBytes?: number
}

/** Measured: up to 64 KB a file costs two to three times as much; above 32 KB `meta` grows too fast. */
const INLINE_MAX_BYTES = 32 * 1024
const READ_ATTEMPTS_MAX = 20

/**
 * The object store on one disk: an index in `meta`, the bytes of small objects beside it, those of
 * large ones in files. A file is synced, and its name too, before the commit that publishes it.
 */
export async function openDiskObjects(deps: DiskObjectsDeps): Promise<ObjectStore> {
  const { disk, directory, meta, clock, random, metrics = silentMetrics } = deps
  const { inlineMaxBytes = INLINE_MAX_BYTES } = deps
  const index = createObjectIndex(meta)
  const files = await openObjectFiles({ ...deps, directory: join(directory, 'files'), index })
  const holds = createHolds(async (contentId, pieces) => {
    await files.removePieces(pieces)
    await index.forgetGarbage([index.garbageOf(contentId, pieces)])
  })
  const damaged = reportDamage(metrics)
  const source = { ...index, openFile: files.open, damaged }
  const publication = createPublication({ index, holds, clock, newId: files.newId })
  const take = createIntake({ disk, files, random, inlineMaxBytes })
  const local = await createLocalFiles({
    disk,
    directory: join(directory, 'local'),
    index,
    files,
    source,
    holds,
    publication,
  })

  async function open(row: Row, { range, key }: Selected): Promise<OpenedObject> {
    const object = storedObject(row)
    if (row.piece && !row.piece.file) {
      const bytes = decipher(row.piece, key, await readInline(source, row.piece), 0)
      return { object, body: range ? bytes.subarray(range.first, range.last + 1) : bytes }
    }
    const release = holds.hold(row.contentId)
    try {
      const pieces = await index.piecesOf(row)
      return { object, body: await streamPieces(source, pieces, { range, key }, release) }
    } catch (error) {
      release()
      throw error
    }
  }

  return {
    capabilities: { localFiles: true },

    async put(id, body, { publish, observe, signal, keepAs, key }) {
      const contentId = files.newId()
      const received = await take(contentId + extensionOf(id.key), body, { observe, signal, key })
      const piece = { id: contentId, ...received.piece }
      try {
        const stored = await publication.publish(
          id,
          { publish, ...(keepAs && { keepAs }) },
          (changes) => {
            putPiece(changes, piece, received.content)
            return { sizeBytes: piece.sizeBytes, contentId, piece }
          },
        )
        await received.keep()
        return stored
      } catch (error) {
        // After a failed commit it may be durable all the same: then the file must stay.
        if (!(error instanceof EngineError && error.kind === 'unavailable'))
          await received.newFile?.discard()
        throw error
      }
    },

    compose: publication.compose,

    async head(id) {
      const entry = await index.find(id)
      return entry && storedObject(entry.row)
    },

    async get(id, select) {
      for (let attempt = 0; attempt < READ_ATTEMPTS_MAX; attempt++) {
        const entry = await index.find(id)
        if (!entry) return undefined
        const selected = await choose(select, storedObject(entry.row))
        try {
          return await open(entry.row, selected)
        } catch (error) {
          if (!isGone(error)) throw error
        }
      }
      throw new EngineError('corrupt', `the bytes of ${id.bucket}/${id.key} are not there`)
    },

    setAttributes: publication.setAttributes,
    remove: publication.remove,
    move: publication.move,
    list: (request) => listObjects(index, request),
    localPath: local.open,
    verify: createVerify({ index, holds, source }),
    close: () => holds.settled(),
  }
}

/** Damage is counted where it is found, whoever reads. */
function reportDamage(metrics: Metrics) {
  return (pieceId: string): EngineError => {
    metrics.record('headrace_damaged_reads_total', {}, 1)
    return new EngineError('corrupt', `piece ${pieceId} is not what was written`)
  }
}

async function choose(select: Select | undefined, object: StoredObject): Promise<Selected> {
  const choice = await select?.(object)
  if (!choice) return {}
  return 'first' in choice ? { range: choice } : choice
}
