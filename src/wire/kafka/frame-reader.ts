import { codecLimits } from './limits.ts'
import { MalformedFrame } from './malformed-frame.ts'

export const zeroUuid = '00000000-0000-0000-0000-000000000000'

/** Length of what is null, in both notations of lengths. */
const nullLength = -1

/**
 * Walks over a frame. Never reads behind its end, and allocates no more than its bytes allow: each
 * step claims its bytes first, and throws `MalformedFrame` if they are not there.
 */
export class FrameReader {
  readonly bytes: Buffer
  at: number
  /** Where reading has to stop: the end of the frame, or of a tagged field. */
  #end: number
  /** Begins the text of an error. */
  subject: string
  #elementsLeft: number = codecLimits.elementsPerFrameMax

  constructor(bytes: Buffer, subject: string, at = 0) {
    this.bytes = bytes
    this.at = at
    this.#end = bytes.length
    this.subject = subject
  }

  malformed(what: string): MalformedFrame {
    return new MalformedFrame(`${this.subject}: ${what} at byte ${this.at}`)
  }

  /** Claims `size` bytes; answers where they start. */
  take(size: number): number {
    const from = this.at
    if (size > this.#end - from) throw this.malformed(`${size} more bytes expected`)
    this.at = from + size
    return from
  }

  bool(): boolean {
    return this.bytes[this.take(1)] !== 0
  }

  int8(): number {
    return this.bytes.readInt8(this.take(1))
  }

  int16(): number {
    return this.bytes.readInt16BE(this.take(2))
  }

  uint16(): number {
    return this.bytes.readUInt16BE(this.take(2))
  }

  int32(): number {
    return this.bytes.readInt32BE(this.take(4))
  }

  int64(): number {
    const from = this.take(8)
    const value = this.bytes.readInt32BE(from) * 2 ** 32 + this.bytes.readUInt32BE(from + 4)
    if (!Number.isSafeInteger(value)) throw this.malformed('an integer beyond 2^53')
    return value
  }

  float64(): number {
    return this.bytes.readDoubleBE(this.take(8))
  }

  uuid(): string {
    const from = this.take(16)
    const hex = this.bytes.toString('hex', from, from + 16)
    if (hex === zeroHex) return zeroUuid
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }

  /** Up to 32 bits, seven a byte, lowest first. */
  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.take(1)] ?? 0
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) {
        if (value > 0xffffffff) break
        return value
      }
    }
    throw this.malformed('a varint of more than 32 bits')
  }

  compactLength(): number {
    return this.uvarint() - 1
  }

  text(length: number): string {
    if (length < 0) throw this.malformed('null where text is due')
    const from = this.take(length)
    return this.bytes.utf8Slice(from, from + length)
  }

  textOrNull(length: number): string | null {
    return length === nullLength ? null : this.text(length)
  }

  view(length: number): Buffer {
    if (length < 0) throw this.malformed('null where bytes are due')
    const from = this.take(length)
    return this.bytes.subarray(from, from + length)
  }

  viewOrNull(length: number): Buffer | null {
    return length === nullLength ? null : this.view(length)
  }

  /** The count of an array of which each element takes at least so many bytes. */
  elements(count: number, elementBytesMin: number): number {
    if (count < 0) throw this.malformed('null where a list is due')
    if (count * elementBytesMin > this.#end - this.at) {
      throw this.malformed(`a list of ${count} elements`)
    }
    this.#elementsLeft -= count
    if (this.#elementsLeft < 0) {
      throw this.malformed(`more than ${codecLimits.elementsPerFrameMax} elements in all`)
    }
    return count
  }

  /** Reads what stands in the next `size` bytes, which must be all of them. */
  within<T>(size: number, read: (reader: FrameReader) => T): T {
    const outerEnd = this.#end
    const end = this.at + size
    if (end > outerEnd) throw this.malformed(`a tagged field of ${size} bytes`)
    this.#end = end
    const value = read(this)
    if (this.at !== end) throw this.malformed('a tagged field with bytes to spare')
    this.#end = outerEnd
    return value
  }

  /** Skips a section of tagged fields none of which is known. */
  skipTags(): void {
    for (let left = this.uvarint(); left > 0; left--) {
      this.uvarint()
      this.take(this.uvarint())
    }
  }
}

const zeroHex = '0'.repeat(32)
