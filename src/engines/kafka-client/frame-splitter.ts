import { EngineError } from '../../base/errors.ts'

/** The largest frame that a broker may send; its own limit for what it takes is 100 MB. */
const FRAME_BYTES_MAX = 200 << 20
const LENGTH_BYTES = 4

/** Cuts a stream of bytes into frames; each is handed on without the length before it, in one piece. */
export function createFrameSplitter(onFrame: (frame: Buffer) => void) {
  let pieces: Buffer[] = []
  let size = 0
  /** Bytes of the length and the frame that is being collected; 0 while the length is not known. */
  let wanted = 0

  function collected(): Buffer {
    const [first] = pieces
    const all = pieces.length === 1 && first ? first : Buffer.concat(pieces)
    pieces = [all]
    return all
  }

  return {
    /** Throws `corrupt` for a length that no frame has. */
    add(bytes: Buffer): void {
      pieces.push(bytes)
      size += bytes.length
      while (size >= (wanted || LENGTH_BYTES)) {
        const all = collected()
        if (wanted === 0) {
          const length = all.readInt32BE(0)
          if (length < LENGTH_BYTES || length > FRAME_BYTES_MAX) {
            throw new EngineError('corrupt', `a frame of ${length} bytes`)
          }
          wanted = LENGTH_BYTES + length
          continue
        }
        const frame = all.subarray(LENGTH_BYTES, wanted)
        const rest = all.subarray(wanted)
        pieces = rest.length > 0 ? [rest] : []
        size = rest.length
        wanted = 0
        onFrame(frame)
      }
    },
  }
}
