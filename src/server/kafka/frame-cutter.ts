import { MalformedFrame } from '../../wire/kafka/malformed-frame.ts'

/**
 * Cuts a stream of bytes into frames (a size of four bytes, and so many bytes). A frame that lies
 * within one piece is not copied.
 */
export interface FrameCutter {
  /** Bytes that arrived. They are taken over. */
  push(bytes: Buffer): void
  /**
   * Size of the frame that is next, once it is known and until `next` has answered it. Throws
   * `MalformedFrame` when it is none, or larger than the frame may be.
   */
  size(sizeMax: number): number | undefined
  /** The frame, once it is whole. To be asked only when `size` has answered. */
  next(): Buffer | undefined
  /** Whether a part of a frame is here. */
  isWithinFrame(): boolean
}

const SIZE_BYTES = 4

export function createFrameCutter(): FrameCutter {
  /** What arrived and belongs to no frame yet; shorter than a size, or the rest of one piece. */
  let rest: Buffer = Buffer.alloc(0)
  let size: number | undefined
  /** A frame that arrives in several pieces. */
  let body: Buffer | undefined
  let filled = 0

  function fill(into: Buffer): void {
    const count = rest.copy(into, filled)
    filled += count
    rest = rest.subarray(count)
  }

  function take(frameSize: number): Buffer | undefined {
    if (!body && rest.length >= frameSize) {
      const frame = rest.subarray(0, frameSize)
      rest = rest.subarray(frameSize)
      return frame
    }
    body ??= Buffer.allocUnsafeSlow(frameSize)
    fill(body)
    return filled === frameSize ? body : undefined
  }

  return {
    push(bytes) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    },
    size(sizeMax) {
      if (size !== undefined || rest.length < SIZE_BYTES) return size
      const given = rest.readInt32BE(0)
      if (given < 0 || given > sizeMax) {
        throw new MalformedFrame(`a frame of ${given} bytes; at most ${sizeMax} are taken`)
      }
      size = given
      rest = rest.subarray(SIZE_BYTES)
      return size
    },
    next() {
      const frame = size === undefined ? undefined : take(size)
      if (!frame) return undefined
      size = undefined
      body = undefined
      filled = 0
      return frame
    },
    isWithinFrame: () => size !== undefined || rest.length > 0,
  }
}
