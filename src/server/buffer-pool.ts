/**
 * Buffers that are used again. A fresh one of this size costs page faults, and a garbage collection
 * of everything once enough of them came and went.
 */
export interface BufferPool {
  /** A buffer of exactly this size; what is in it is left from before. Undefined beyond `sizeMax`. */
  take(sizeBytes: number): Buffer | undefined
  /** Takes back what `take` gave: nobody uses it, or a part of it, from now on. */
  give(buffer: Buffer): void
}

export interface BufferPoolLimits {
  /** The largest buffer that is kept. */
  readonly sizeMax: number
  /** All that is kept for later. */
  readonly idleMax: number
}

/** Blocks have sizes of powers of two, so that one fits bodies of about the same size. */
export function createBufferPool({ sizeMax, idleMax }: BufferPoolLimits): BufferPool {
  const idle = new Map<number, ArrayBufferLike[]>()
  let idleBytes = 0

  return {
    take(sizeBytes) {
      if (sizeBytes > sizeMax) return undefined
      const blockBytes = 2 ** Math.ceil(Math.log2(Math.max(sizeBytes, 1)))
      const block = idle.get(blockBytes)?.pop()
      if (block === undefined) return Buffer.allocUnsafeSlow(blockBytes).subarray(0, sizeBytes)
      idleBytes -= blockBytes
      return Buffer.from(block, 0, sizeBytes)
    },
    give({ buffer: block }) {
      if (idleBytes + block.byteLength > idleMax) return
      idleBytes += block.byteLength
      const ofSize = idle.get(block.byteLength)
      if (ofSize) ofSize.push(block)
      else idle.set(block.byteLength, [block])
    },
  }
}
