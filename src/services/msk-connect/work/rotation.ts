import type { Rotation } from '../sink/settings.ts'

/**
 * When the open objects of a partition are to be closed, apart from their number of records. All
 * objects of a partition are closed together, so that one offset says what has been delivered.
 */
export interface RotationState {
  /** Whether a record must not go into the objects that are open. */
  isDue(record: { readonly path: string; readonly timeMs?: number }, nowMs: number): boolean
  /** Whether it is time although no record came: by the clock, or by that where records go by it. */
  isDueIdle(nowMs: number, isByClock: boolean): boolean
  /** When `isDueIdle` may become true; undefined where records alone decide. */
  nextMs(isByClock: boolean): number | undefined
  added(record: { readonly path: string; readonly timeMs?: number }): void
  /** The objects were closed, or there were none. */
  restart(nowMs: number): void
}

const DAY_MS = 86_400_000

export function createRotation(rotation: Rotation, startMs: number): RotationState {
  const { intervalMs, schedule } = rotation
  let baseMs: number | undefined
  let path: string | undefined
  let scheduledMs = nextScheduled(schedule, startMs)

  const isScheduled = (nowMs: number) => scheduledMs !== undefined && nowMs >= scheduledMs

  return {
    isDue(record, nowMs) {
      if (isScheduled(nowMs)) return true
      if (intervalMs === undefined || record.timeMs === undefined || baseMs === undefined)
        return false
      return record.timeMs - baseMs >= intervalMs || record.path !== path
    },
    isDueIdle(nowMs, isByClock) {
      if (isScheduled(nowMs)) return true
      if (!isByClock || intervalMs === undefined || baseMs === undefined) return false
      return nowMs - baseMs >= intervalMs
    },
    nextMs(isByClock) {
      const byInterval =
        isByClock && intervalMs !== undefined && baseMs !== undefined
          ? baseMs + intervalMs
          : undefined
      if (byInterval === undefined || scheduledMs === undefined) return byInterval ?? scheduledMs
      return Math.min(byInterval, scheduledMs)
    },
    added(record) {
      baseMs ??= record.timeMs
      path = record.path
    },
    restart(nowMs) {
      baseMs = undefined
      path = undefined
      scheduledMs = nextScheduled(schedule, nowMs)
    },
  }
}

/** The next multiple of the interval, counted from the last midnight of the zone. */
function nextScheduled(schedule: Rotation['schedule'], nowMs: number): number | undefined {
  if (!schedule) return undefined
  const { everyMs, zone } = schedule
  const midnightMs = zone.toUtc(Math.floor(zone.toLocal(nowMs) / DAY_MS) * DAY_MS)
  return midnightMs + (Math.floor((nowMs - midnightMs) / everyMs) + 1) * everyMs
}
