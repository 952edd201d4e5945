// Hot path: GetRecords answers of up to 15 MB. `npm run bench kinesis` measures it.
import type { Member, Shape } from '../model/shape.ts'
import { holdsBlob } from './json-scanner.ts'
import type { JsonWriter } from './json-writer.ts'

/** Text that is short, or UTF-8 in pieces that follow one another. */
export type WritePieces = (value: unknown) => string | ReadonlyArray<Buffer>

/** Characters of one piece, about: large enough to be sent by itself, small enough for the caches. */
const PIECE_LENGTH = 64 * 1024

/**
 * Writes a structure whose lists hold blobs, and so may be large. Text of many megabytes would be
 * copied several times on its way to bytes and fill the heap meanwhile: half of the cost of an answer.
 */
export function createPiecesWriter(
  writer: JsonWriter,
  members: ReadonlyArray<Member>,
): WritePieces | undefined {
  if (!members.some(({ shape }) => isLarge(shape))) return undefined
  const compiled = members.map(({ name, shape }) => ({
    name,
    label: `${JSON.stringify(name)}:`,
    items: shape.kind === 'list' ? writer.value(shape.element.shape) : undefined,
    write: writer.value(shape),
  }))
  return (value) => {
    const given = value as Readonly<Record<string, unknown>>
    const pieces = new TextPieces()
    let separator = '{'
    for (const { name, label, items, write } of compiled) {
      const item = given[name]
      if (item === undefined || item === null) continue
      pieces.add(separator + label)
      if (items) addList(pieces, item as Iterable<unknown>, items)
      else pieces.add(write(item))
      separator = ','
    }
    pieces.add(separator === '{' ? '{}' : '}')
    return pieces.finish()
  }
}

function isLarge(shape: Shape): boolean {
  return shape.kind === 'list' && holdsBlob(shape, new Set())
}

function addList(pieces: TextPieces, items: Iterable<unknown>, write: (item: unknown) => string) {
  let separator = '['
  for (const item of items) {
    pieces.add(separator + (item === null || item === undefined ? 'null' : write(item)))
    separator = ','
  }
  pieces.add(separator === '[' ? '[]' : ']')
}

class TextPieces {
  readonly #pieces: Buffer[] = []
  #text = ''

  add(text: string): void {
    this.#text += text
    if (this.#text.length >= PIECE_LENGTH) this.#cut()
  }

  finish(): string | ReadonlyArray<Buffer> {
    if (this.#pieces.length === 0) return this.#text
    this.#cut()
    return this.#pieces
  }

  #cut(): void {
    this.#pieces.push(Buffer.from(this.#text))
    this.#text = ''
  }
}
