import { EngineError } from '../../../base/errors.ts'

/** Puts big-endian numbers and runs of bytes (their length before them) one after the other. */
export function createByteWriter() {
  const pieces: Uint8Array[] = []
  const number = (size: number, write: (target: Buffer) => void) => {
    const piece = Buffer.allocUnsafe(size)
    write(piece)
    pieces.push(piece)
  }
  return {
    uint8: (value: number) => number(1, (target) => target.writeUInt8(value)),
    uint32: (value: number) => number(4, (target) => target.writeUInt32BE(value)),
    uint64: (value: number) => number(8, (target) => target.writeBigUInt64BE(BigInt(value))),
    bytes(value: Uint8Array): void {
      number(4, (target) => target.writeUInt32BE(value.length))
      pieces.push(value)
    },
    finish: () => Buffer.concat(pieces),
  }
}

/** Reads what `createByteWriter` wrote; throws `corrupt` at the end of the bytes. */
export function createByteReader(source: Buffer) {
  let at = 0
  function take(size: number): number {
    const start = at
    at += size
    if (at > source.length) throw new EngineError('corrupt', 'metadata ends too early')
    return start
  }
  return {
    uint8: () => source.readUInt8(take(1)),
    uint32: () => source.readUInt32BE(take(4)),
    uint64: () => Number(source.readBigUInt64BE(take(8))),
    /** A view. */
    bytes(): Buffer {
      const size = source.readUInt32BE(take(4))
      const start = take(size)
      return source.subarray(start, start + size)
    },
    isAtEnd: () => at === source.length,
  }
}
