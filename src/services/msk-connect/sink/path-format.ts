import { dateOf } from '../../../base/clock.ts'

/** A pattern of Joda-Time, by which the path of a time is written. */
export interface PathFormat {
  /** Of a local moment: one whose fields in UTC are those to write. */
  write(localMs: number): string
}

const TOKEN = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g
const DAY_MS = 86_400_000

/** Its fields in UTC are those of the local time. */
type LocalDate = ReturnType<typeof dateOf>

/** The letters that are written, each with how many of it there may be. */
const lettersMax: Readonly<Record<string, number>> = {
  ...{ Y: 9, y: 9, x: 9, M: 9, w: 9, d: 9, D: 9, e: 9, E: 9 },
  ...{ a: 9, H: 9, h: 9, K: 9, k: 9, m: 9, s: 9, S: 3 },
}

/** Why the pattern cannot be written here; undefined when it can. */
export function pathFormatProblem(pattern: string): string | undefined {
  if ((pattern.match(/'/g) ?? []).length % 2 !== 0) return 'a quote is not closed'
  for (const [token, , letter] of pattern.matchAll(TOKEN)) {
    if (letter === undefined) continue
    const max = lettersMax[letter]
    if (max === undefined) return `the letter ${letter} is not served`
    if (token.length > max) return `there are too many of the letter ${letter}`
  }
  return undefined
}

/** The pattern must have no problem, and the locale be one that `Intl` takes. */
export function createPathFormat(pattern: string, locale: string): PathFormat {
  const names = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options })
  const texts = {
    monthShort: names({ month: 'short' }),
    monthLong: names({ month: 'long' }),
    dayShort: names({ weekday: 'short' }),
    dayLong: names({ weekday: 'long' }),
  }

  function field(letter: string, count: number, date: LocalDate): string {
    if (letter === 'M' && count >= 3) {
      return (count === 3 ? texts.monthShort : texts.monthLong).format(date)
    }
    if (letter === 'E') return (count <= 3 ? texts.dayShort : texts.dayLong).format(date)
    if (letter === 'a') return date.getUTCHours() < 12 ? 'AM' : 'PM'
    const value = numberOf(letter, date)
    if ('Yyx'.includes(letter) && count === 2) return String(value % 100).padStart(2, '0')
    if (letter === 'S') return String(value).padStart(3, '0').slice(0, count)
    return String(value).padStart(count, '0')
  }

  return {
    write(localMs) {
      const date = dateOf(localMs)
      return pattern.replace(TOKEN, (token, quoted: string | undefined, letter?: string) => {
        if (quoted !== undefined) return quoted === '' ? "'" : quoted.replaceAll("''", "'")
        return letter === undefined ? token : field(letter, token.length, date)
      })
    },
  }
}

function numberOf(letter: string, date: LocalDate): number {
  const hour = date.getUTCHours()
  switch (letter) {
    case 'x':
      return weekOf(date).year
    case 'w':
      return weekOf(date).week
    case 'M':
      return date.getUTCMonth() + 1
    case 'd':
      return date.getUTCDate()
    case 'D':
      return dayOfYear(date)
    case 'e':
      return date.getUTCDay() || 7
    case 'H':
      return hour
    case 'k':
      return hour || 24
    case 'K':
      return hour % 12
    case 'h':
      return hour % 12 || 12
    case 'm':
      return date.getUTCMinutes()
    case 's':
      return date.getUTCSeconds()
    case 'S':
      return date.getUTCMilliseconds()
    default:
      return date.getUTCFullYear()
  }
}

function dayOfYear(date: LocalDate): number {
  const start = dateOf(0)
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1)
  return Math.floor((date.getTime() - start.getTime()) / DAY_MS) + 1
}

/** Of ISO 8601: a week is of the year that its Thursday is in. */
function weekOf(date: LocalDate): { readonly year: number; readonly week: number } {
  const weekday = date.getUTCDay() || 7
  const thursday = dateOf(date.getTime() + (4 - weekday) * DAY_MS)
  return { year: thursday.getUTCFullYear(), week: Math.ceil(dayOfYear(thursday) / 7) }
}
