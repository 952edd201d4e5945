import { MalformedInput, nestingMax, tooDeep } from './malformed-input.ts'
import { setKey } from './tree-reader.ts'

// RFC 8949. A data item is one head byte (3 bits major type, 5 bits argument), the argument's bytes
// and the content:
//   0 unsigned  1 negative  2 bytes  3 text  4 array  5 map  6 tag  7 simple or float
// Argument 0..23 is the value itself; 24..27: 1, 2, 4, 8 bytes follow; 31: content until a break.

/** A tagged item, left for the reader of the shape to make sense of. */
export class CborTag {
  readonly tag: number
  readonly value: unknown

  constructor(tag: number, value: unknown) {
    this.tag = tag
    this.value = value
  }
}

const indefinite = -1
const breakByte = 0xff

/**
 * Decodes one item that fills the whole buffer. Byte strings are views on it. Integers beyond 2^53
 * lose their last digits, like those of JSON.
 */
export function decodeCbor(bytes: Buffer): unknown {
  const decoder = new CborDecoder(bytes)
  const value = decoder.item(0)
  if (decoder.at !== bytes.length) throw truncated()
  return value
}

function truncated(): MalformedInput {
  return new MalformedInput('Malformed CBOR', { isSyntax: true })
}

class CborDecoder {
  readonly bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  item(depth: number): unknown {
    if (depth > nestingMax) throw tooDeep()
    const head = this.byte()
    const major = head >> 5
    if (major === 7) return this.simple(head & 31)
    const argument = this.argument(head & 31)
    if (argument === indefinite && (major < 2 || major === 6)) throw truncated()
    switch (major) {
      case 0:
        return argument
      case 1:
        return -1 - argument
      case 2:
        return argument === indefinite ? this.chunks(2) : this.view(argument)
      case 3:
        return argument === indefinite ? this.chunks(3).toString() : this.text(argument)
      case 4:
        return this.array(argument, depth)
      case 5:
        return this.map(argument, depth)
      default:
        return new CborTag(argument, this.item(depth + 1))
    }
  }

  byte(): number {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw truncated()
    return byte
  }

  argument(info: number): number {
    if (info < 24) return info
    if (info === 31) return indefinite
    if (info > 27) throw truncated()
    const size = 1 << (info - 24)
    const from = this.take(size)
    if (size === 8)
      return this.bytes.readUInt32BE(from) * 2 ** 32 + this.bytes.readUInt32BE(from + 4)
    return this.bytes.readUIntBE(from, size)
  }

  /** Claims `size` bytes; answers where they start. */
  take(size: number): number {
    const from = this.at
    if (size > this.bytes.length - from) throw truncated()
    this.at = from + size
    return from
  }

  view(size: number): Buffer {
    const from = this.take(size)
    return this.bytes.subarray(from, from + size)
  }

  text(size: number): string {
    const from = this.take(size)
    return this.bytes.utf8Slice(from, from + size)
  }

  chunks(major: number): Buffer {
    const parts: Buffer[] = []
    while (!this.atBreak()) {
      const head = this.byte()
      const size = this.argument(head & 31)
      if (head >> 5 !== major || size === indefinite) throw truncated()
      parts.push(this.view(size))
    }
    return Buffer.concat(parts)
  }

  atBreak(): boolean {
    if (this.bytes[this.at] !== breakByte) return false
    this.at++
    return true
  }

  array(count: number, depth: number): unknown[] {
    const list: unknown[] = []
    if (count === indefinite) while (!this.atBreak()) list.push(this.item(depth + 1))
    else for (let index = 0; index < count; index++) list.push(this.item(depth + 1))
    return list
  }

  map(count: number, depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    const entry = () => {
      const key = this.item(depth + 1)
      if (typeof key !== 'string') throw new MalformedInput('A CBOR map has a key that is not text')
      setKey(map, key, this.item(depth + 1))
    }
    if (count === indefinite) while (!this.atBreak()) entry()
    else for (let index = 0; index < count; index++) entry()
    return map
  }

  simple(info: number): unknown {
    if (info === 20) return false
    if (info === 21) return true
    if (info === 22 || info === 23) return null
    if (info === 25) return halfFloat(this.bytes.readUInt16BE(this.take(2)))
    if (info === 26) return this.bytes.readFloatBE(this.take(4))
    if (info === 27) return this.bytes.readDoubleBE(this.take(8))
    throw truncated()
  }
}

function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  const sign = bits >> 15 ? -1 : 1
  if (exponent === 0) return sign * 2 ** -24 * fraction
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * 2 ** (exponent - 25) * (1024 + fraction)
}

const FIRST_PIECE_SIZE = 1024
const PIECE_SIZE = 64 * 1024

/**
 * Writes into pieces, each full before the next one is begun. `finish` and `finishPieces` hand the
 * bytes over: the encoder is not used after that.
 */
export class CborEncoder {
  readonly #full: Buffer[] = []
  #bytes = Buffer.allocUnsafe(FIRST_PIECE_SIZE)
  #used = 0

  finish(): Buffer {
    const pieces = this.finishPieces()
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
  }

  finishPieces(): Buffer[] {
    return [...this.#full, this.#bytes.subarray(0, this.#used)]
  }

  map(count: number): void {
    this.#head(5, count)
  }

  array(count: number): void {
    this.#head(4, count)
  }

  null(): void {
    this.#head(7, 22)
  }

  boolean(value: boolean): void {
    this.#head(7, value ? 21 : 20)
  }

  text(text: string): void {
    const size = Buffer.byteLength(text)
    this.#head(3, size)
    this.#reserve(size)
    this.#used += this.#bytes.write(text, this.#used)
  }

  blob(bytes: Buffer): void {
    this.#head(2, bytes.length)
    this.#reserve(bytes.length)
    this.#used += bytes.copy(this.#bytes, this.#used)
  }

  tag(tag: number): void {
    this.#head(6, tag)
  }

  number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      if (value >= 0) this.#head(0, value)
      else this.#head(1, -1 - value)
      return
    }
    this.#reserve(9)
    this.#bytes[this.#used] = 0xfb
    this.#bytes.writeDoubleBE(value, this.#used + 1)
    this.#used += 9
  }

  #head(major: number, argument: number): void {
    this.#reserve(9)
    const bytes = this.#bytes
    const at = this.#used
    const type = major << 5
    if (argument < 24) {
      bytes[at] = type | argument
      this.#used += 1
    } else if (argument < 2 ** 8) {
      bytes[at] = type | 24
      bytes[at + 1] = argument
      this.#used += 2
    } else if (argument < 2 ** 16) {
      bytes[at] = type | 25
      this.#used = bytes.writeUInt16BE(argument, at + 1)
    } else if (argument < 2 ** 32) {
      bytes[at] = type | 26
      this.#used = bytes.writeUInt32BE(argument, at + 1)
    } else {
      bytes[at] = type | 27
      bytes.writeUInt32BE(Math.floor(argument / 2 ** 32), at + 1)
      this.#used = bytes.writeUInt32BE(argument % 2 ** 32, at + 5)
    }
  }

  #reserve(size: number): void {
    if (this.#used + size <= this.#bytes.length) return
    this.#full.push(this.#bytes.subarray(0, this.#used))
    this.#bytes = Buffer.allocUnsafe(Math.max(PIECE_SIZE, size))
    this.#used = 0
  }
}
