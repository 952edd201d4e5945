import { InvariantError } from '../../base/errors.ts'
import { codecLimits } from './limits.ts'

const startBytes = 512
const shortLengthMax = 0x7fff
const lengthMax = 0x7fffffff

/**
 * Grows as it is written to. Big records are not copied: what is written is cut where they stand, and
 * `finish` hands over all pieces in order. A value that its type cannot hold is an `InvariantError`.
 */
export class FrameWriter {
  #bytes = Buffer.allocUnsafe(startBytes)
  #used = 0
  /** Records that are sent from where they lie, each list with the place it belongs to. */
  readonly #inserts: { readonly at: number; readonly pieces: ReadonlyArray<Buffer> }[] = []
  #insertedBytes = 0

  /** How many bytes stand before what is written next, inserted records aside. */
  get at(): number {
    return this.#used
  }

  skip(size: number): void {
    this.#claim(size)
  }

  bool(value: boolean): void {
    this.#byte(value ? 1 : 0)
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) throw unfit(value, 'int8')
    this.#byte(value)
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) throw unfit(value, 'int16')
    const at = this.#claim(2)
    this.#bytes.writeInt16BE(value, at)
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) throw unfit(value, 'uint16')
    const at = this.#claim(2)
    this.#bytes.writeUInt16BE(value, at)
  }

  int32(value: number): void {
    if ((value | 0) !== value) throw unfit(value, 'int32')
    const at = this.#claim(4)
    this.#bytes.writeInt32BE(value, at)
  }

  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw unfit(value, 'int64')
    const high = Math.floor(value / 2 ** 32)
    const at = this.#claim(8)
    this.#bytes.writeInt32BE(high, at)
    this.#bytes.writeUInt32BE(value - high * 2 ** 32, at + 4)
  }

  float64(value: number): void {
    const at = this.#claim(8)
    this.#bytes.writeDoubleBE(value, at)
  }

  uuid(value: string): void {
    const hex = value.replaceAll('-', '')
    const at = this.#claim(16)
    if (hex.length !== 32 || this.#bytes.write(hex, at, 16, 'hex') !== 16) {
      throw unfit(value, 'uuid')
    }
  }

  uvarint(value: number): void {
    let left = value
    while (left > 0x7f) {
      this.#byte((left & 0x7f) | 0x80)
      left >>>= 7
    }
    this.#byte(left)
  }

  text(value: string): void {
    const size = Buffer.byteLength(value)
    if (size > shortLengthMax) throw unfit(`text of ${size} bytes`, 'string')
    this.int16(size)
    this.#text(value, size)
  }

  compactText(value: string): void {
    const size = Buffer.byteLength(value)
    if (size > shortLengthMax) throw unfit(`text of ${size} bytes`, 'string')
    this.uvarint(size + 1)
    this.#text(value, size)
  }

  /** Bytes alone, without a length. */
  raw(value: Buffer): void {
    const at = this.#claim(value.length)
    value.copy(this.#bytes, at)
  }

  /** Bytes alone, without a length, not copied unless they are few. */
  insert(pieces: ReadonlyArray<Buffer>, size: number): void {
    if (size <= codecLimits.copiedRecordsBytesMax) {
      for (const piece of pieces) this.raw(piece)
    } else {
      this.#inserts.push({ at: this.#used, pieces })
      this.#insertedBytes += size
    }
  }

  /** Puts the size of all that was written since `from` before it. Nothing may be inserted since. */
  sizeBefore(from: number): void {
    const size = this.#used - from
    const prefixBytes = uvarintBytes(size)
    this.#claim(prefixBytes)
    this.#bytes.copyWithin(from + prefixBytes, from, from + size)
    this.#used = from
    this.uvarint(size)
    this.#used += size
  }

  /** The frame, behind its length. The writer is not used after that. */
  finishFrame(): Buffer[] {
    const size = this.#used + this.#insertedBytes - frameLengthBytes
    if (size > lengthMax) throw unfit(`a frame of ${size} bytes`, 'int32')
    this.#bytes.writeInt32BE(size, 0)
    return this.finish()
  }

  /** All pieces in order. The writer is not used after that. */
  finish(): Buffer[] {
    if (this.#inserts.length === 0) return [this.#bytes.subarray(0, this.#used)]
    const pieces: Buffer[] = []
    let from = 0
    for (const insert of this.#inserts) {
      if (insert.at > from) pieces.push(this.#bytes.subarray(from, insert.at))
      for (const piece of insert.pieces) pieces.push(piece)
      from = insert.at
    }
    if (this.#used > from) pieces.push(this.#bytes.subarray(from, this.#used))
    return pieces
  }

  #text(value: string, size: number): void {
    const at = this.#claim(size)
    this.#bytes.write(value, at, size)
  }

  #byte(value: number): void {
    const at = this.#claim(1)
    this.#bytes[at] = value
  }

  /** Makes place for `size` bytes; answers where. */
  #claim(size: number): number {
    const at = this.#used
    const end = at + size
    if (end > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, end))
      this.#bytes.copy(grown, 0, 0, at)
      this.#bytes = grown
    }
    this.#used = end
    return at
  }
}

/** The length before each frame. */
export const frameLengthBytes = 4

function uvarintBytes(value: number): number {
  let count = 1
  for (let left = value >>> 7; left > 0; left >>>= 7) count++
  return count
}

function unfit(value: unknown, type: string): InvariantError {
  return new InvariantError(`${value} does not fit ${type}`)
}
