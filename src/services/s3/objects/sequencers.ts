import type { Clock } from '../../../base/clock.ts'

const COUNTS_A_MS = 2n ** 24n
const DIGITS = 18

/**
 * Orders the writes of a key, as S3's events do: greater than every one given before by this process
 * and than `previous`, the one that the key had. Compared as text.
 */
export function createSequencers(clock: Clock): (previous: string | undefined) => string {
  let last = 0n
  return (previous) => {
    const candidates = [
      BigInt(clock.wallMs()) * COUNTS_A_MS,
      last + 1n,
      previous === undefined ? 0n : BigInt(`0x${previous}`) + 1n,
    ]
    last = candidates.reduce((most, one) => (one > most ? one : most))
    return last.toString(16).toUpperCase().padStart(DIGITS, '0')
  }
}
