import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type {
  Allow,
  Beside,
  Change,
  ComposeOptions,
  ObjectId,
  PartId,
  Rearrangement,
  StoredObject,
} from '../port.ts'
import type { ContentHolds } from './content-holds.ts'
import type { Changes, ObjectIndex, Piece, PieceContent, Row, RowEntry } from './object-index.ts'
import {
  emptyChanges,
  isGone,
  putPiece,
  putPieces,
  putRow,
  removeContent,
  removePieceList,
  removeRow,
  storedObject,
} from './object-index.ts'
import type { GivenUp } from './rearrangement.ts'
import { addRearrangement, givenUp } from './rearrangement.ts'

const ATTEMPTS_MAX = 1_000
const READ_ATTEMPTS_MAX = 20

export type Content = Pick<Row, 'sizeBytes' | 'contentId' | 'piece'>

/**
 * Changes of the index, each made by compare-and-set: what a caller's function saw is what its answer
 * replaces. The content that a change gives up is removed once nobody reads it.
 */
export function createPublication(deps: {
  readonly index: ObjectIndex
  readonly holds: ContentHolds
  readonly clock: Clock
  readonly newId: () => string
}) {
  const { index, holds, clock, newId } = deps

  const commit = createCommits(index, holds)

  const rearranged = (changes: Changes, wanted: Rearrangement, replaced?: ObjectId) =>
    addRearrangement({ index, clock, newId }, changes, wanted, replaced)

  /** `prepare` is asked for the content, and adds what stands for it to the changes. */
  function publish(
    id: ObjectId,
    { publish: decide, beside }: ComposeOptions,
    prepare: (changes: Changes) => Content | Promise<Content>,
  ): Promise<StoredObject> {
    return commit(id, async (changes) => {
      const content = await prepare(changes)
      const { before, pieces } = await takeStock(index, id)
      const modifiedMs = clock.wallMs()
      const current = before && storedObject(before.row)
      const attributes = await decide(current, { sizeBytes: content.sizeBytes, modifiedMs })
      const row = { ...content, key: id.key, modifiedMs, revision: newId(), attributes }
      const others = beside && (await rearranged(changes, await beside(current), id))
      if (beside && !others) return undefined
      putRow(changes, id, row, before)
      const given = [...(others?.given ?? [])]
      if (before && !others?.isKept) given.push(givenUp(changes, before.row, pieces, modifiedMs))
      return { answer: storedObject(row), given }
    })
  }

  return {
    publish,

    compose: (id: ObjectId, parts: ReadonlyArray<PartId>, options: ComposeOptions) =>
      publish(id, options, (changes) => joinParts(index, newId, changes, parts)),

    setAttributes: (id: ObjectId, change: Change, beside?: Beside): Promise<StoredObject> =>
      commit(id, async (changes) => {
        const before = await index.find(id)
        if (!before) throw new EngineError('not-found', `${id.bucket}/${id.key} is not there`)
        const current = storedObject(before.row)
        const attributes = await change(current)
        const row = { ...before.row, revision: newId(), attributes }
        const others = beside && (await rearranged(changes, await beside(current), id))
        if (beside && !others) return undefined
        putRow(changes, id, row, before)
        return { answer: storedObject(row), given: others?.given ?? [] }
      }),

    remove: (id: ObjectId, allow?: Allow, beside?: Beside): Promise<boolean> =>
      commit(id, async (changes) => {
        const { before, pieces } = await takeStock(index, id)
        if (!before) return { answer: false }
        const current = storedObject(before.row)
        await allow?.(current)
        const others = beside && (await rearranged(changes, await beside(current), id))
        if (beside && !others) return undefined
        removeForGood(changes, id, before)
        const given = [...(others?.given ?? [])]
        if (!others?.isKept) given.push(givenUp(changes, before.row, pieces, clock.wallMs()))
        return { answer: true, given }
      }),

    rearrange: (decide: () => Promise<Rearrangement>): Promise<void> =>
      commit({ bucket: 'several', key: 'objects' }, async (changes) => {
        const done = await rearranged(changes, noteRoom(changes, await decide()))
        return done && { answer: undefined, given: done.given }
      }),

    /** One content takes the place of another with the same bytes; false when it was replaced. */
    async replaceContent(id: ObjectId, from: RowEntry, piece: Piece, content: PieceContent) {
      const changes = emptyChanges()
      putRow(changes, id, { ...from.row, contentId: piece.id, piece }, from)
      putPiece(changes, piece, content)
      const pieces = await index.piecesOf(from.row)
      const garbage = removeContent(changes, from.row, pieces, clock.wallMs())
      if (!(await index.tryCommit(changes))) return false
      holds.giveUp(from.row.contentId, garbage)
      return true
    },
  }
}

function removeForGood(changes: Changes, id: ObjectId, before: RowEntry): void {
  removeRow(changes, id, before)
  changes.givesRoom = true
}

/** Versions that are removed give room, though others may move up for them. */
function noteRoom(changes: Changes, wanted: Rearrangement): Rearrangement {
  const { removals = [], empties = [] } = wanted
  if (removals.length > 0 && empties.length === 0) changes.givesRoom = true
  return wanted
}

/**
 * Commits what an attempt adds to the changes; asks again and again, until nobody was in between. An
 * attempt that meets something that is not as it was seen answers undefined.
 */
function createCommits(index: ObjectIndex, holds: ContentHolds) {
  return async <T>(
    id: ObjectId,
    attempt: (
      changes: Changes,
    ) => Promise<{ readonly answer: T; readonly given?: ReadonlyArray<GivenUp> } | undefined>,
  ): Promise<T> => {
    for (let count = 0; count < ATTEMPTS_MAX; count++) {
      const changes = emptyChanges()
      const outcome = await attempt(changes)
      if (!outcome || !(await index.tryCommit(changes))) continue
      for (const { contentId, pieces } of outcome.given ?? []) holds.giveUp(contentId, pieces)
      return outcome.answer
    }
    throw new EngineError('conflict', `${id.bucket}/${id.key} changes too often`)
  }
}

export type Publication = ReturnType<typeof createPublication>

/** The row as it is now, with the pieces of its content. */
async function takeStock(index: ObjectIndex, id: ObjectId) {
  for (let attempt = 0; ; attempt++) {
    const before = await index.find(id)
    try {
      return { before, pieces: before ? await index.piecesOf(before.row) : [] }
    } catch (error) {
      if (!isGone(error) || attempt === READ_ATTEMPTS_MAX) throw error
    }
  }
}

/** The pieces of the parts go over to one content; the rows of the parts go. */
async function joinParts(
  index: ObjectIndex,
  newId: () => string,
  changes: Changes,
  parts: ReadonlyArray<PartId>,
): Promise<Content> {
  const pieces: Piece[] = []
  for (const part of parts) {
    const entry = await index.find(part)
    if (!entry) throw new EngineError('not-found', `part ${part.key} is not there`)
    if (entry.row.revision !== part.revision) {
      throw new EngineError('conflict', `part ${part.key} was replaced`)
    }
    pieces.push(...(await index.piecesOf(entry.row)))
    removePieceList(changes, entry.row)
    removeRow(changes, part, entry)
  }
  const [piece] = pieces
  if (piece && pieces.length === 1)
    return { sizeBytes: piece.sizeBytes, contentId: piece.id, piece }
  const contentId = newId()
  putPieces(changes, contentId, pieces)
  const sizeBytes = pieces.reduce((sum, one) => sum + one.sizeBytes, 0)
  return { sizeBytes, contentId, piece: undefined }
}
