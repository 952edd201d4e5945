// Hot path: PutRecords, PutRecord and PutRecordBatch are decoded here. `bench/wire.bench.ts`
// measures it against JSON.parse.
import type { Shape, StructureShape } from '../model/shape.ts'
import { decodeBase64, hasSpareBits, paddingOf } from './base64.ts'
import { setKey } from './tree-reader.ts'

/**
 * Reads JSON straight from the bytes of a body, led by the shape: blobs are decoded from base64 where
 * they stand, without ever being a member of a parsed tree. It knows structures, lists, strings and
 * blobs; anything else (a number, an unknown key, a wrong type, bad syntax) makes it answer
 * `undefined`, with the body as it was, and the caller reads that by `JSON.parse`, which also finds
 * the right error.
 *
 * The blobs are views on the body, which is no text any more: who keeps one for long copies it first.
 */
export type Scan = (body: Buffer) => Record<string, unknown> | undefined

/** `undefined` when the shape has no blob: JSON.parse is as fast then. Stops where a shape recurs. */
export function compileScanner(shape: StructureShape): Scan | undefined {
  if (!holdsBlob(shape, new Set())) return undefined
  const scan = structureScanner(shape, [])
  if (scan === undefined) return undefined
  return (body) => {
    const cursor = createCursor(body)
    try {
      const value = scan(cursor)
      skipSpace(cursor)
      if (cursor.at === body.length) return value as Record<string, unknown>
    } catch (error) {
      if (!(error instanceof GaveUp)) throw error
    }
    restore(cursor)
    return undefined
  }
}

class GaveUp extends Error {
  override readonly name = 'GaveUp'
}

interface Cursor {
  readonly body: Buffer
  at: number
  /** Where blobs were decoded, and how long they are: two numbers each. */
  readonly decoded: number[]
  /** The next place of a byte from `at` on, or beyond the body: found once, not once a string. */
  nextBackslash: number
  nextDash: number
  nextUnderscore: number
}

type ScanValue = (cursor: Cursor) => unknown

const quote = 0x22
const backslash = 0x5c
const dash = 0x2d
const underscore = 0x5f
const comma = 0x2c
const colon = 0x3a
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
const letterN = 0x6e

function createCursor(body: Buffer): Cursor {
  return {
    body,
    at: 0,
    decoded: [],
    nextBackslash: -1,
    nextDash: -1,
    nextUnderscore: -1,
  }
}

/** Decoding was strict, so encoding brings back each character. */
function restore({ body, decoded }: Cursor): void {
  for (let index = 0; index < decoded.length; index += 2) {
    const start = decoded[index] as number
    const end = start + (decoded[index + 1] as number)
    body.write(body.base64Slice(start, end), start, 'latin1')
  }
}

/** Whether there is a blob anywhere in it. */
export function holdsBlob(shape: Shape, seen: Set<Shape>): boolean {
  if (seen.has(shape)) return false
  seen.add(shape)
  if (shape.kind === 'list') return holdsBlob(shape.element.shape, seen)
  if (shape.kind === 'map') return holdsBlob(shape.value.shape, seen)
  if (shape.kind === 'structure') return shape.members.some((one) => holdsBlob(one.shape, seen))
  return shape.kind === 'blob'
}

function scannerOf(shape: Shape, above: ReadonlyArray<Shape>): ScanValue | undefined {
  if (shape.kind === 'string') return scanString
  if (shape.kind === 'blob') return scanBlob
  if (shape.kind === 'list') return listScanner(shape.element.shape, above)
  if (shape.kind === 'structure') return structureScanner(shape, above)
  return undefined
}

function listScanner(element: Shape, above: ReadonlyArray<Shape>): ScanValue | undefined {
  const scan = scannerOf(element, above)
  if (scan === undefined) return undefined
  return (cursor) => {
    expect(cursor, openBracket)
    const list: unknown[] = []
    if (skipSpace(cursor) === closeBracket) {
      cursor.at++
      return list
    }
    for (;;) {
      skipSpace(cursor)
      list.push(scan(cursor))
      const next = skipSpace(cursor)
      cursor.at++
      if (next === closeBracket) return list
      if (next !== comma) throw new GaveUp()
    }
  }
}

interface ScannedMember {
  readonly name: string
  readonly key: Buffer
  readonly scan: ScanValue | undefined
}

function structureScanner(
  shape: StructureShape,
  above: ReadonlyArray<Shape>,
): ScanValue | undefined {
  if (shape.isUnion || above.includes(shape)) return undefined
  const path = [...above, shape]
  const members: ReadonlyArray<ScannedMember> = shape.members.map(({ name, shape: target }) => ({
    name,
    key: Buffer.from(name),
    scan: scannerOf(target, path),
  }))
  return (cursor) => {
    expect(cursor, openBrace)
    const structure: Record<string, unknown> = {}
    if (skipSpace(cursor) === closeBrace) {
      cursor.at++
      return structure
    }
    let guess = 0
    for (;;) {
      skipSpace(cursor)
      const index = scanKey(cursor, members, guess)
      const member = members[index]
      if (member?.scan === undefined) throw new GaveUp()
      guess = index + 1
      skipSpace(cursor)
      expect(cursor, colon)
      if (skipSpace(cursor) === letterN) skipNull(cursor, structure, member.name)
      else setKey(structure, member.name, member.scan(cursor))
      const next = skipSpace(cursor)
      cursor.at++
      if (next === closeBrace) return structure
      if (next !== comma) throw new GaveUp()
    }
  }
}

/** Number of the member whose name stands here. Senders keep one order, so `guess` mostly hits. */
function scanKey(cursor: Cursor, members: ReadonlyArray<ScannedMember>, guess: number): number {
  const { body } = cursor
  expect(cursor, quote)
  const start = cursor.at
  for (let tried = 0; tried < members.length; tried++) {
    const index = (guess + tried) % members.length
    const key = members[index]?.key
    if (key === undefined || body[start + key.length] !== quote) continue
    let same = 0
    while (same < key.length && body[start + same] === key[same]) same++
    if (same < key.length) continue
    cursor.at = start + key.length + 1
    return index
  }
  throw new GaveUp()
}

function skipNull(cursor: Cursor, structure: Record<string, unknown>, name: string): void {
  if (cursor.body.latin1Slice(cursor.at, cursor.at + 4) !== 'null') throw new GaveUp()
  cursor.at += 4
  delete structure[name]
}

function skipSpace(cursor: Cursor): number | undefined {
  let byte = cursor.body[cursor.at]
  while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
    cursor.at++
    byte = cursor.body[cursor.at]
  }
  return byte
}

function expect(cursor: Cursor, byte: number): void {
  if (cursor.body[cursor.at] !== byte) throw new GaveUp()
  cursor.at++
}

/** End of the string that opened just before `cursor.at`; -1 when it holds escapes. */
function plainEnd(cursor: Cursor): number {
  const { body, at } = cursor
  const end = body.indexOf(quote, at)
  if (end < 0) throw new GaveUp()
  if (cursor.nextBackslash < at) cursor.nextBackslash = nextOf(body, backslash, at)
  return cursor.nextBackslash < end ? -1 : end
}

function nextOf(body: Buffer, byte: number, from: number): number {
  const found = body.indexOf(byte, from)
  return found < 0 ? body.length : found
}

function scanString(cursor: Cursor): string {
  expect(cursor, quote)
  const { body, at } = cursor
  const end = plainEnd(cursor)
  if (end < 0) return scanEscaped(cursor)
  cursor.at = end + 1
  let isAscii = true
  for (let index = at; index < end; index++) {
    const byte = body[index] ?? 0
    if (byte < 0x20) throw new GaveUp()
    if (byte >= 0x80) isAscii = false
  }
  return isAscii ? body.latin1Slice(at, end) : body.utf8Slice(at, end)
}

function scanEscaped(cursor: Cursor): string {
  const { body, at } = cursor
  let end = at
  while (body[end] !== quote) {
    if (end >= body.length) throw new GaveUp()
    end += body[end] === backslash ? 2 : 1
  }
  cursor.at = end + 1
  try {
    return String(JSON.parse(body.utf8Slice(at - 1, end + 1)))
  } catch {
    throw new GaveUp()
  }
}

function scanBlob(cursor: Cursor): Buffer {
  expect(cursor, quote)
  const { body, at } = cursor
  const end = plainEnd(cursor)
  if (end < 0) return decodeEscaped(cursor)
  cursor.at = end + 1
  const length = end - at
  if (length === 0) return body.subarray(at, at)
  // Node also takes the URL-safe letters; AWS does not.
  if (cursor.nextDash < at) cursor.nextDash = nextOf(body, dash, at)
  if (cursor.nextUnderscore < at) cursor.nextUnderscore = nextOf(body, underscore, at)
  if (cursor.nextDash < end || cursor.nextUnderscore < end) throw new GaveUp()
  const padding = paddingOf(body[end - 2] ?? 0, body[end - 1] ?? 0)
  if (length % 4 !== 0 || hasSpareBits(body[end - 1 - padding] ?? 0, padding)) throw new GaveUp()
  const text = body.latin1Slice(at, end)
  const written = body.base64Write(text, at)
  if (written !== (length / 4) * 3 - padding) {
    body.write(text, at, 'latin1')
    throw new GaveUp()
  }
  cursor.decoded.push(at, written)
  return body.subarray(at, at + written)
}

/** PHP writes the slashes of base64 as `\/`. */
function decodeEscaped(cursor: Cursor): Buffer {
  const text = scanEscaped(cursor)
  try {
    return decodeBase64(text)
  } catch {
    throw new GaveUp()
  }
}

declare global {
  /** Methods that Node gives every Buffer, left out of its types: the same without option checks. */
  interface Buffer {
    latin1Slice(start: number, end: number): string
    utf8Slice(start: number, end: number): string
    base64Slice(start: number, end: number): string
    base64Write(text: string, offset: number): number
  }
}
