import { dateOf, wallMsOfText } from '../../base/clock.ts'
import type { TimestampFormat } from '../model/shape.ts'
import { MalformedInput } from './malformed-input.ts'

/** What an operation is given and gives for a timestamp: a `Date`. */
export type Time = ReturnType<typeof dateOf>

const dateRangeMs = 8.64e15

/** The time `ms` after the epoch; refuses what no `Date` can hold. */
export function timeFromMs(ms: number): Time {
  if (!(Math.abs(ms) <= dateRangeMs)) throw new MalformedInput(`${ms} is not a valid timestamp`)
  return dateOf(Math.round(ms))
}

/** Fractions of a second are kept to the millisecond. */
export function timeFromSeconds(seconds: number): Time {
  return timeFromMs(seconds * 1000)
}

// A day (in UTC), or RFC 3339 with a zone; seconds may have a fraction.
const dateTime = /^\d{4}-\d\d-\d\d([Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d))?$/
// IMF-fixdate, as HTTP writes its dates, and the forms with the zone as an offset.
const httpDate =
  /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(\.\d+)? (GMT|UTC|[+-]\d{4})$/

/** Reads a timestamp that came as text: in a header, a query string, a form or an XML element. */
export function timeFromText(text: string, format: TimestampFormat): Time {
  if (format === 'epoch-seconds') {
    if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw notTime(text)
    return timeFromSeconds(Number(text))
  }
  if (format === 'http-date' ? !httpDate.test(text) : !dateTime.test(text)) throw notTime(text)
  return timeFromMs(wallMsOfText(text))
}

function notTime(text: string): MalformedInput {
  return new MalformedInput(`'${text.slice(0, 64)}' can not be converted to a timestamp`)
}

/** Text of a timestamp in a header, a query string or an XML element. */
export function timeToText(time: Time, format: TimestampFormat): string {
  if (format === 'http-date') return time.toUTCString()
  if (format === 'epoch-seconds') return String(time.getTime() / 1000)
  return time.toISOString()
}
