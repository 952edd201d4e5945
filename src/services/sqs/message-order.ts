import type { Clock } from '../../base/clock.ts'

/** Places for messages, each behind all that were given before. */
export type NextOrder = () => number

/** Grows with time, 4,096 a millisecond; below 2^53 until the year 2039. */
export function createMessageOrder(clock: Clock): NextOrder {
  let last = 0
  return () => {
    last = Math.max(last + 1, clock.wallMs() * 4096)
    return last
  }
}
