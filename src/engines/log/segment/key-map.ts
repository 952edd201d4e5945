// Hot while a partition is compacted: typed arrays, nothing allocated a key but its hash.
import { hash } from 'node:crypto'

/**
 * The last offset of each key, in bounded memory: of keys only 128 bits of their hash are kept, as
 * Apache Kafka's cleaner does.
 */
export interface KeyMap {
  /** False when there is no room for another key. Offsets must grow. */
  put(key: Uint8Array, offset: number): boolean
  /** Undefined for a key that was never put. */
  get(key: Uint8Array): number | undefined
}

const WORDS = 4
const LOAD_MAX = 0.75
const NO_OFFSET = -1

/** Room for `keysMax` keys; takes 32 to 64 bytes each. */
export function createKeyMap(keysMax: number): KeyMap {
  const slots = 2 ** Math.ceil(Math.log2(Math.max(keysMax / LOAD_MAX, 16)))
  const hashes = new Uint32Array(slots * WORDS)
  const offsets = new Float64Array(slots).fill(NO_OFFSET)
  let count = 0

  /** The slot of the key, or the free one where it would be. */
  function find(digest: Buffer): number {
    const a = digest.readUInt32LE(0)
    const b = digest.readUInt32LE(4)
    const c = digest.readUInt32LE(8)
    const d = digest.readUInt32LE(12)
    for (let slot = a & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      if (offsets[slot] === NO_OFFSET) return slot
      const at = slot * WORDS
      const isSame =
        hashes[at] === a && hashes[at + 1] === b && hashes[at + 2] === c && hashes[at + 3] === d
      if (isSame) return slot
    }
  }

  return {
    put(key, offset) {
      const digest = digestOf(key)
      const slot = find(digest)
      if (offsets[slot] === NO_OFFSET) {
        if (count >= keysMax) return false
        count++
        for (let word = 0; word < WORDS; word++) {
          hashes[slot * WORDS + word] = digest.readUInt32LE(word * 4)
        }
      }
      offsets[slot] = offset
      return true
    },
    get(key) {
      const offset = offsets[find(digestOf(key))]
      return offset === NO_OFFSET ? undefined : offset
    },
  }
}

function digestOf(key: Uint8Array): Buffer {
  return hash('sha256', key, 'buffer')
}
