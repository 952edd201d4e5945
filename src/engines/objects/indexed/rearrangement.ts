import type { Clock } from '../../../base/clock.ts'
import type { EmptyObject, ObjectId, Rearrangement, SeenObject } from '../port.ts'
import type { Changes, ObjectIndex, Piece, Row, RowEntry } from './object-index.ts'
import { checkRow, isGone, putPiece, putRow, removeContent, removeRow } from './object-index.ts'

/** A content that belongs to nothing any more, once the changes are committed. */
export interface GivenUp {
  readonly contentId: string
  readonly pieces: ReadonlyArray<Piece>
}

interface Leaving {
  readonly id: ObjectId
  readonly entry: RowEntry
}

/**
 * Adds a rearrangement to the changes; undefined when something is not as it was seen. The row of
 * `replaced` is put by the caller: it may be among those that move, and then its content is kept.
 */
export async function addRearrangement(
  deps: { readonly index: ObjectIndex; readonly clock: Clock; readonly newId: () => string },
  changes: Changes,
  { seen = [], moves = [], removals = [], empties = [], puts = [] }: Rearrangement,
  replaced?: ObjectId,
): Promise<{ readonly given: ReadonlyArray<GivenUp>; readonly isKept: boolean } | undefined> {
  const { index } = deps
  const leaving = new Map<string, Leaving>()
  const arriving: Array<{ readonly id: ObjectId; readonly row: Row }> = []
  const given: GivenUp[] = []

  async function take({ revision, ...id }: SeenObject): Promise<RowEntry | undefined> {
    const entry = await index.find(id)
    if (entry?.row.revision !== revision) return undefined
    leaving.set(nameOf(id), { id, entry })
    return entry
  }

  for (const { revision, ...id } of seen) {
    const entry = await index.find(id)
    if (entry?.row.revision !== revision) return undefined
    checkRow(changes, id, entry)
  }
  for (const { from, to } of moves) {
    const entry = await take(from)
    if (!entry) return undefined
    arriving.push({ id: to, row: { ...entry.row, key: to.key } })
  }
  for (const removal of removals) {
    const entry = await take(removal)
    const pieces = entry && (await piecesOf(index, entry.row))
    if (!pieces) return undefined
    given.push(givenUp(changes, entry.row, pieces, deps.clock.wallMs()))
  }
  for (const empty of empties) arriving.push(emptyRow(deps, changes, empty))
  for (const { id, row } of arriving) {
    putRow(changes, id, row, leaving.get(nameOf(id))?.entry)
    leaving.delete(nameOf(id))
  }
  const isKept = replaced !== undefined && leaving.delete(nameOf(replaced))
  for (const { id, entry } of leaving.values()) removeRow(changes, id, entry)
  changes.puts.push(...puts)
  return { given, isKept }
}

function nameOf({ bucket, key }: ObjectId): string {
  return `${bucket}\0${key}`
}

/** Undefined when the content was replaced meanwhile. */
async function piecesOf(index: ObjectIndex, row: Row) {
  try {
    return await index.piecesOf(row)
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

export function givenUp(
  changes: Changes,
  row: Row,
  pieces: ReadonlyArray<Piece>,
  nowMs: number,
): GivenUp {
  return { contentId: row.contentId, pieces: removeContent(changes, row, pieces, nowMs) }
}

function emptyRow(
  { clock, newId }: { readonly clock: Clock; readonly newId: () => string },
  changes: Changes,
  { bucket, key, attributes }: EmptyObject,
) {
  const piece = { id: newId(), sizeBytes: 0 }
  putPiece(changes, piece, { bytes: new Uint8Array(0) })
  const modifiedMs = clock.wallMs()
  const revision = newId()
  const row = { key, sizeBytes: 0, modifiedMs, revision, contentId: piece.id, piece, attributes }
  return { id: { bucket, key }, row }
}
