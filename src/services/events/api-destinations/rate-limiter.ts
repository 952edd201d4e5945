import type { Clock } from '../../../base/clock.ts'

/** Gives each delivery to a destination a place in the row, so many a second. */
export interface RateLimiter {
  /**
   * Milliseconds to wait; 0: go. Who comes again with the same id, in time, finds his place kept.
   */
  enter(destination: string, deliveryId: string, perSecondMax: number): number
}

const PLACES_MAX = 100_000
/** A place whose owner did not come is given up after this long. */
const KEPT_MS = 60_000

/** What a restart forgets are places only: who waited gets in line anew. */
export function createRateLimiter(clock: Clock): RateLimiter {
  /** When the next one may go, of each destination. */
  const rows = new Map<string, number>()
  const places = new Map<string, number>()

  function forgetOld(nowMs: number): void {
    for (const [id, atMs] of places) if (atMs + KEPT_MS < nowMs) places.delete(id)
    for (const [row, atMs] of rows) if (atMs < nowMs) rows.delete(row)
  }

  return {
    enter(destination, deliveryId, perSecondMax) {
      const nowMs = clock.wallMs()
      const id = `${destination} ${deliveryId}`
      const own = places.get(id)
      if (own !== undefined && own > nowMs) return own - nowMs
      if (own !== undefined) {
        places.delete(id)
        return 0
      }
      const atMs = Math.max(rows.get(destination) ?? 0, nowMs)
      rows.set(destination, atMs + 1_000 / perSecondMax)
      if (atMs <= nowMs) return 0
      if (places.size >= PLACES_MAX) forgetOld(nowMs)
      if (places.size < PLACES_MAX) places.set(id, atMs)
      return atMs - nowMs
    },
  }
}
