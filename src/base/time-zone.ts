import { utcMs as momentOf } from './clock.ts'

/** The wall clock of a place, by the rules of the IANA time zone database. */
export interface TimeZone {
  /** What its clocks show at a moment, written as if it were UTC. */
  localMs(utcMs: number): number
  /**
   * The first moment at which its clocks show a time; undefined for one that they leave out, as in
   * the night when summer time begins.
   */
  utcMs(localMs: number): number | undefined
}

const DAY_MS = 86_400_000

/** Undefined for what is not the name of a zone, such as `Europe/Berlin` or `UTC`. */
export function findTimeZone(name: string): TimeZone | undefined {
  const format = formatOf(name)
  if (!format) return undefined

  function localMs(utcMs: number): number {
    const parts: Record<string, string> = {}
    for (const { type, value } of format?.formatToParts(utcMs) ?? []) parts[type] = value
    const field = (type: string) => Number(parts[type])
    const wholeSeconds = Math.floor(utcMs / 1000) * 1000
    const day = [field('year'), field('month'), field('day')] as const
    const shown = momentOf(...day, field('hour'), field('minute'), field('second'))
    return shown + (utcMs - wholeSeconds)
  }

  return {
    localMs,
    utcMs(local) {
      // One of the offsets of the day before and of the day after holds; where both do, clocks were
      // set back in between, and the greater offset gives the earlier moment.
      const offsets = [local - DAY_MS, local + DAY_MS].map((near) => localMs(near) - near)
      const moments = offsets.map((offset) => local - offset)
      const shown = moments.filter((moment) => localMs(moment) === local)
      return shown.length > 0 ? Math.min(...shown) : undefined
    },
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  // Offsets such as `+05:00` are zones to JavaScript, but not to AWS.
  if (!/^[A-Za-z]/.test(timeZone)) return undefined
  try {
    return new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
      ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    })
  } catch {
    return undefined
  }
}
