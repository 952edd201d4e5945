import { randomBytes, randomUUID } from 'node:crypto'

/** The only source of randomness. Tests pass a seeded one, so that a run repeats from its seed. */
export interface Random {
  bytes(count: number): Buffer
  uuid(): string
  /** A number in [0, 1). */
  unit(): number
}

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  uuid: () => randomUUID(),
  unit: () => randomBytes(4).readUInt32LE() / 2 ** 32,
}

/** Deterministic stream of numbers (mulberry32). Not for secrets. */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0
  const unit = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const bytes = (count: number) => Buffer.from(Array.from({ length: count }, () => unit() * 256))
  return {
    unit,
    bytes,
    uuid() {
      const hex = bytes(16).toString('hex')
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
    },
  }
}
