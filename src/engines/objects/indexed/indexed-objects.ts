import type { Clock } from '../../../base/clock.ts'
import type { Disk } from '../../../base/disk.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Metrics } from '../../../base/metrics.ts'
import { silentMetrics } from '../../../base/metrics.ts'
import type { Random } from '../../../base/random.ts'
import type { ObjectStore, OpenedObject, Select, Selected, StoredObject } from '../port.ts'
import type { Received } from './body-intake.ts'
import { createIntake } from './body-intake.ts'
import type { ContentHolds } from './content-holds.ts'
import { createLocalFiles, extensionOf } from './local-files.ts'
import type { Changes, ObjectIndex, Row } from './object-index.ts'
import { isGone, putPiece, storedObject } from './object-index.ts'
import { listObjects } from './object-listing.ts'
import { decipher } from './piece-cipher.ts'
import type { PiecePlace } from './piece-place.ts'
import { readInline, streamPieces } from './piece-stream.ts'
import { createPublication } from './publication.ts'
import { createVerify } from './verification.ts'

export interface IndexedObjectsDeps {
  /** For bodies that are local files, and for local paths. */
  readonly disk: Disk
  /** Absolute, and of this store alone: for local paths that are copies. Emptied at the start. */
  readonly scratchDirectory: string
  readonly index: ObjectIndex
  readonly place: PiecePlace
  readonly holds: ContentHolds
  readonly clock: Clock
  readonly random: Random
  readonly metrics?: Metrics | undefined
  /** Objects up to this size lie in `meta`; larger ones in their place. */
  readonly inlineMaxBytes: number
}

const READ_ATTEMPTS_MAX = 20

/**
 * The object store over an index in `meta` and a place for bytes. A piece is durable in its place
 * before the commit that publishes it, and removed from there after the commit that gives it up.
 */
export async function createIndexedObjects(deps: IndexedObjectsDeps): Promise<ObjectStore> {
  const { disk, index, place, holds, clock, random, metrics = silentMetrics } = deps
  const { newId } = place
  const damaged = reportDamage(metrics)
  const source = { ...index, openPiece: place.open, damaged }
  const publication = createPublication({ index, holds, clock, newId })
  const take = createIntake({ disk, place, random, inlineMaxBytes: deps.inlineMaxBytes })
  const directory = deps.scratchDirectory
  const local = await createLocalFiles({
    disk,
    directory,
    index,
    place,
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
    capabilities: { localFiles: place.pathOf !== undefined },

    async put(id, body, { publish, observe, signal, beside, key }) {
      const contentId = newId()
      const received = await take(contentId + extensionOf(id.key), body, { observe, signal, key })
      const options = { publish, ...(beside && { beside }) }
      try {
        const stored = await publication.publish(id, options, contentFrom(received, contentId))
        await received.keep()
        return stored
      } catch (error) {
        if (!mayBeDone(error)) await received.newPiece?.discard()
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
    rearrange: publication.rearrange,
    list: (request) => listObjects(index, request),
    localPath: local.open,
    verify: createVerify({ index, holds, source }),
    close: () => holds.settled(),
  }
}

/** What a publication asks for: the content that was received, and what stands for it in the index. */
function contentFrom({ piece: received, content, newPiece }: Received, contentId: string) {
  const piece = { id: contentId, ...received }
  const taken = { sizeBytes: piece.sizeBytes, contentId, piece }
  const add = (changes: Changes) => {
    putPiece(changes, piece, content)
    return taken
  }
  if (!newPiece?.guard) return add
  return async (changes: Changes) => {
    await newPiece.guard?.(changes)
    return add(changes)
  }
}

/** After a commit that failed so it may be durable all the same: then the bytes must stay. */
function mayBeDone(error: unknown): boolean {
  return error instanceof EngineError && (error.kind === 'unavailable' || error.kind === 'timeout')
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
