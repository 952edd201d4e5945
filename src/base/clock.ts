/** The only source of time. Tests pass a virtual one (`test/support/virtual-clock.ts`). */
export interface Clock {
  /** Milliseconds since the epoch; may jump. */
  wallMs(): number
  /** Milliseconds from an arbitrary origin; never goes back. */
  monotonicMs(): number
  /** Resolves after `ms`; resolves at once, without an error, when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, Math.min(ms, 0x7fffffff))
      signal?.addEventListener('abort', done, { once: true })
    }),
}

/** A `Date` of a time, for wire members that are timestamps. */
export function dateOf(wallMs: number): Date {
  return new Date(wallMs)
}

/** `20130524T000000Z`, the form of time that AWS's signatures use. */
export function isoBasic(wallMs: number): string {
  return dateOf(wallMs)
    .toISOString()
    .replace(/[-:]|\.\d+/g, '')
}

/** Milliseconds since the epoch of an ISO 8601 or HTTP date; undefined for text that is none. */
export function parseDateMs(text: string): number | undefined {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

/** Milliseconds since the epoch of an ISO 8601 time; NaN for anything else. */
export function parseTimeMs(text: string): number {
  return Date.parse(text)
}

/** The time that a text names (RFC 3339 or HTTP date), in milliseconds; NaN when it names none. */
export function wallMsOfText(text: string): number {
  return Date.parse(text)
}

/** Milliseconds since the epoch of a moment in UTC; `month` counts from 1. */
export function utcMs(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number {
  return Date.UTC(year, month - 1, day, hour, minute, second)
}
