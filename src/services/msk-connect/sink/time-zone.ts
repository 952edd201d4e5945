import { dateOf } from '../../../base/clock.ts'

/** Local times of a zone, daylight saving included. All moments are milliseconds. */
export interface TimeZone {
  /** The moment in UTC whose fields are those that a clock in the zone shows. */
  toLocal(utcMs: number): number
  /** The moment at which a clock in the zone shows those fields. */
  toUtc(localMs: number): number
}

/** Offsets change at full quarters of an hour only. */
const QUARTER_MS = 900_000

/** Undefined for a zone that nobody knows. */
export function openTimeZone(name: string): TimeZone | undefined {
  const format = formatOf(name)
  if (!format) return undefined
  // The last quarter that was asked for: records come in the order of time, more or less.
  let known = { quarter: Number.NaN, offsetMs: 0 }

  function offsetAt(utcMs: number): number {
    const quarter = Math.floor(utcMs / QUARTER_MS)
    if (known.quarter !== quarter) known = { quarter, offsetMs: offsetOf(format, quarter) }
    return known.offsetMs
  }

  return {
    toLocal: (utcMs) => utcMs + offsetAt(utcMs),
    toUtc(localMs) {
      const guess = localMs - offsetAt(localMs)
      return localMs - offsetAt(guess)
    },
  }
}

function formatOf(name: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function offsetOf(format: Intl.DateTimeFormat | undefined, quarter: number): number {
  const utcMs = quarter * QUARTER_MS
  const fields: Record<string, number> = {}
  for (const { type, value } of format?.formatToParts(dateOf(utcMs)) ?? []) {
    fields[type] = Number(value)
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields
  return utcOf(year, month, day, hour, minute, second) - utcMs
}

function utcOf(
  ...[year, month, day, hour, minute, second]: [number, number, number, number, number, number]
) {
  const date = dateOf(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  return date.getTime()
}
