import { EngineError } from '../../../base/errors.ts'
import { decodeKey, encodeKey } from '../../../base/ordered-key.ts'
import type { MetaBatch, MetaEntry, MetaStore } from '../../meta/port.ts'
import type { ObjectAttributes, ObjectId, StoredObject } from '../port.ts'
import { BLOCK_BYTES, SUM_BYTES, SUMS_AN_ENTRY } from './block-sums.ts'
import { createDirectoryMarks } from './directory-marks.ts'

/**
 * What the stores of this folder keep in `meta`, all of an object in one commit:
 *
 *     row        bucket, key    size, times, where the content is, attributes
 *     bytes      piece id       a piece that is small enough to lie here
 *     file       path           marks a piece in its place (a file, a blob) that belongs to an object
 *     sums       piece id, n    CRC-32C of each block of such a piece as it lies there, by gibibytes
 *     pieces     content id     the pieces of a content that has several
 *     garbage    content id     pieces that belong to nothing any more and are to be removed, since when
 *     place                     where the pieces are, so that they are looked for nowhere else
 *     directory  name           may hold pieces that never came to belong to anything
 */
const ROW = 'objects/row'
const BYTES = 'objects/bytes'
export const FILE = 'objects/file'
const SUMS = 'objects/sums'
const PIECES = 'objects/pieces'
const GARBAGE = 'objects/garbage'

/** An unbroken run of bytes, in its place (see `PiecePlace`) or in an entry of `meta`. */
export interface Piece {
  readonly id: string
  readonly sizeBytes: number
  /** What its place knows it by: a file, a blob. Absent in `meta`. */
  readonly file?: string
  /** The bytes on the medium are enciphered from this block on. */
  readonly nonce?: string
  /** CRC-32C of bytes that lie in `meta`; absent where they are older than sums. */
  readonly sum?: number
  /** The file has sums in `meta`; absent where it is older than sums. */
  readonly summed?: true
}

/** What a piece is made of, beside what its `Piece` says. */
export interface PieceContent {
  readonly bytes?: Uint8Array | undefined
  readonly sums?: Buffer | undefined
}

export interface Row {
  readonly key: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  readonly revision: string
  readonly contentId: string
  /** Absent when the content has several, which are kept apart. */
  readonly piece: Piece | undefined
  readonly attributes: ObjectAttributes
}

/** A row with the version by which a change of it is checked. */
export interface RowEntry {
  readonly row: Row
  readonly version: number
}

/** A content that left the index, under the key that tells of it. */
export interface Garbage {
  readonly key: Uint8Array
  readonly contentId: string
  /** When it left the index; 0 where that was not written down. */
  readonly sinceMs: number
  readonly pieces: ReadonlyArray<Piece>
}

/** A batch that is being put together. */
export interface Changes {
  readonly checks: Array<{ key: Uint8Array; version: number }>
  readonly puts: Array<{ key: Uint8Array; value: Uint8Array }>
  readonly removals: Uint8Array[]
  /** What is put is less than what goes, be it only later: it is done on a full medium, too. */
  givesRoom?: true
}

export function createObjectIndex(meta: MetaStore) {
  const piecesOf = (row: Row) => (row.piece ? Promise.resolve([row.piece]) : severalPieces(row))

  /** `not-found` when the object was replaced meanwhile. */
  async function severalPieces(row: Row): Promise<ReadonlyArray<Piece>> {
    const entry = await meta.get(encodeKey([PIECES, row.contentId]))
    if (!entry) throw new EngineError('not-found', `content ${row.contentId} is gone`)
    return JSON.parse(textOf(entry.value)) as Piece[]
  }

  async function tryCommit(batch: MetaBatch): Promise<boolean> {
    const { checks = [], puts = [], removals = [] } = batch
    if (checks.length + puts.length + removals.length === 0) return true
    try {
      await meta.commit(batch)
      return true
    } catch (error) {
      if (error instanceof EngineError && error.kind === 'conflict') return false
      throw error
    }
  }

  return {
    async find(id: ObjectId): Promise<RowEntry | undefined> {
      const entry = await meta.get(rowKey(id))
      return entry && { row: decodeRow(id.key, entry.value), version: entry.version }
    },

    piecesOf,

    async bytesOf(pieceId: string): Promise<Uint8Array | undefined> {
      return (await meta.get(encodeKey([BYTES, pieceId])))?.value
    },

    /** The sums of the blocks from the given one to the end of their entry. */
    async sumsOf(pieceId: string, block: number): Promise<Uint8Array | undefined> {
      const entry = await meta.get(sumsKey(pieceId, Math.floor(block / SUMS_AN_ENTRY)))
      return entry?.value.subarray((block % SUMS_AN_ENTRY) * SUM_BYTES)
    },

    /** Rows in order of the key, from the first that is at or behind (`after`: behind) `from`. */
    async page(bucket: string, prefix: string, after: Uint8Array | undefined, limit: number) {
      const head = bucketPrefix(bucket)
      const entries = await meta.scan({
        prefix: Buffer.concat([head, Buffer.from(prefix)]),
        limit,
        ...(after && { after: Buffer.concat([head, after]) }),
      })
      return entries.map((entry) => ({ entry, key: textOf(entry.key.subarray(head.length)) }))
    },

    /** False when a check did not hold: then nothing was done. */
    tryCommit,

    /** Contents that wait for removal, with their pieces; `after` is the key of one before. */
    async garbage(limit: number, after?: Uint8Array): Promise<ReadonlyArray<Garbage>> {
      const prefix = encodeKey([GARBAGE])
      const entries = await meta.scan({ prefix, limit, ...(after && { after }) })
      return entries.map(decodeGarbage)
    },

    /** To be called when the pieces are gone from their place. */
    forgetGarbage: (garbage: ReadonlyArray<Pick<Garbage, 'contentId' | 'pieces'>>) =>
      meta.commit({
        removals: garbage.flatMap(({ contentId, pieces }) => [
          encodeKey([GARBAGE, contentId]),
          ...keysOf(pieces),
        ]),
      }),

    ...createDirectoryMarks(meta),

    async belongs(file: string): Promise<boolean> {
      return (await meta.get(encodeKey([FILE, file]))) !== undefined
    },
  }
}

export type ObjectIndex = ReturnType<typeof createObjectIndex>

/** What a reader meets when the object was replaced after it read the row. */
export function isGone(error: unknown): boolean {
  return error instanceof EngineError && error.kind === 'not-found'
}

export function emptyChanges(): Changes {
  return { checks: [], puts: [], removals: [] }
}

/** Adds the row, on condition that it still is as `before` was read. */
export function putRow(
  changes: Changes,
  id: ObjectId,
  row: Row,
  before: RowEntry | undefined,
): void {
  checkRow(changes, id, before)
  changes.puts.push({ key: rowKey(id), value: encodeRow(row) })
}

/** On condition that the row, or its absence, still is as it was read. */
export function checkRow(changes: Changes, id: ObjectId, before: RowEntry | undefined): void {
  changes.checks.push({ key: rowKey(id), version: before?.version ?? 0 })
}

export function removeRow(changes: Changes, id: ObjectId, before: RowEntry): void {
  const key = rowKey(id)
  changes.checks.push({ key, version: before.version })
  changes.removals.push(key)
}

/** Adds what stands for a new content of one piece. */
export function putPiece(changes: Changes, piece: Piece, { bytes, sums }: PieceContent): void {
  if (bytes) changes.puts.push({ key: encodeKey([BYTES, piece.id]), value: bytes })
  if (!piece.file) return
  changes.puts.push({ key: encodeKey([FILE, piece.file]), value: Buffer.from('1') })
  const size = SUMS_AN_ENTRY * SUM_BYTES
  for (let at = 0, number = 0; sums && at < sums.length; at += size, number++) {
    changes.puts.push({ key: sumsKey(piece.id, number), value: sums.subarray(at, at + size) })
  }
}

export function putPieces(changes: Changes, contentId: string, pieces: ReadonlyArray<Piece>): void {
  const value = Buffer.from(JSON.stringify(pieces))
  changes.puts.push({ key: encodeKey([PIECES, contentId]), value })
}

/** The pieces go on living in another content; only their list is removed. */
export function removePieceList(changes: Changes, row: Row): void {
  if (!row.piece) changes.removals.push(encodeKey([PIECES, row.contentId]))
}

/**
 * The content is given up. Answers the pieces that are garbage once the batch is committed: a reader
 * that has begun may still need them, and their sums.
 */
export function removeContent(
  changes: Changes,
  row: Row,
  pieces: ReadonlyArray<Piece>,
  nowMs: number,
): ReadonlyArray<Piece> {
  removePieceList(changes, row)
  if (row.piece && !row.piece.file) {
    changes.removals.push(encodeKey([BYTES, row.piece.id]))
    return []
  }
  const key = encodeKey([GARBAGE, row.contentId])
  const garbage: EncodedGarbage = { sinceMs: nowMs, pieces }
  changes.puts.push({ key, value: Buffer.from(JSON.stringify(garbage)) })
  return pieces
}

/** What `meta` has of the pieces. */
function keysOf(pieces: ReadonlyArray<Piece>): Uint8Array[] {
  const keys: Uint8Array[] = []
  for (const { id, file, summed, sizeBytes } of pieces) {
    keys.push(encodeKey(file ? [FILE, file] : [BYTES, id]))
    const entries = summed ? Math.ceil(sizeBytes / (SUMS_AN_ENTRY * BLOCK_BYTES)) : 0
    for (let number = 0; number < entries; number++) keys.push(sumsKey(id, number))
  }
  return keys
}

interface EncodedGarbage {
  readonly sinceMs: number
  readonly pieces: ReadonlyArray<Piece>
}

/** Garbage of earlier versions is a list of pieces, or of files. */
function decodeGarbage({ key, value }: MetaEntry): Garbage {
  const encoded = JSON.parse(textOf(value)) as EncodedGarbage | Array<Piece | string>
  const contentId = String(decodeKey(key)[1])
  if (!Array.isArray(encoded)) return { key, contentId, ...encoded }
  const pieces = encoded.map((one) =>
    typeof one === 'string' ? { id: one, sizeBytes: 0, file: one } : one,
  )
  return { key, contentId, sinceMs: 0, pieces }
}

export function storedObject(row: Row): StoredObject {
  const { key, sizeBytes, modifiedMs, revision, attributes } = row
  return { key, sizeBytes, modifiedMs, revision, attributes }
}

/** The key stands raw at the end: escaped, one of 1,024 zero bytes would be longer than a key may be. */
function rowKey({ bucket, key }: ObjectId): Buffer {
  return Buffer.concat([bucketPrefix(bucket), Buffer.from(key)])
}

function sumsKey(pieceId: string, number: number): Uint8Array {
  return encodeKey([SUMS, pieceId, number])
}

function bucketPrefix(bucket: string): Buffer {
  return encodeKey([ROW, bucket])
}

type EncodedRow = [
  sizeBytes: number,
  modifiedMs: number,
  revision: string,
  contentId: string,
  /** '' in `meta`, null for several pieces. */
  file: string | null,
  attributes: ObjectAttributes,
  /** Of bytes in `meta` their sum, of a file 0; null or absent without sums. */
  sum?: number | null,
  nonce?: string,
]

function encodeRow(row: Row): Buffer {
  const { sizeBytes, modifiedMs, revision, contentId, piece, attributes } = row
  const file = piece ? (piece.file ?? '') : null
  const encoded: EncodedRow = [sizeBytes, modifiedMs, revision, contentId, file, attributes]
  const sum = piece?.summed ? 0 : piece?.sum
  if (sum !== undefined || piece?.nonce) encoded.push(sum ?? null)
  if (piece?.nonce) encoded.push(piece.nonce)
  return Buffer.from(JSON.stringify(encoded))
}

export function decodeRow(key: string, value: MetaEntry['value']): Row {
  const encoded = JSON.parse(textOf(value)) as EncodedRow
  const [sizeBytes, modifiedMs, revision, contentId, file, attributes] = encoded
  return {
    key,
    sizeBytes,
    modifiedMs,
    revision,
    contentId,
    piece: file === null ? undefined : decodePiece(encoded, file),
    attributes,
  }
}

function decodePiece(encoded: EncodedRow, file: string): Piece {
  const [sizeBytes, , , id, , , sum, nonce] = encoded
  const isSummed = sum !== undefined && sum !== null
  return {
    id,
    sizeBytes,
    ...(file && { file }),
    ...(isSummed && (file ? { summed: true } : { sum })),
    ...(nonce !== undefined && { nonce }),
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
