import { dateOf } from './clock.ts'

/**
 * AWS schedule expressions, in UTC: `rate(5 minutes)` and `cron(0 12 ? * MON-FRI *)`.
 *
 *     cron(minutes hours day-of-month month day-of-week year)
 *     minutes 0-59   hours 0-23   month 1-12 or JAN-DEC   year 1970-2199     , - * /
 *     day-of-month 1-31  also ? L (last day) LW (last weekday) 15W (nearest weekday)
 *     day-of-week 1-7 or SUN-SAT  also ? L (Saturday) 6L (last Friday) 6#3 (third Friday)
 *
 * One of the two day fields must be `?`, and only one (Amazon EventBridge User Guide, "Cron
 * expressions"; AWS Glue Developer Guide, "Time-based schedules for jobs and crawlers").
 */
export type Schedule =
  | { readonly kind: 'rate'; readonly everyMs: number }
  | {
      readonly kind: 'cron'
      readonly minutes: Values
      readonly hours: Values
      readonly months: Values
      readonly years: Values
      readonly matchesDay: (year: number, month: number, day: number) => boolean
    }

/** In ascending order. */
type Values = ReadonlyArray<number>

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const YEAR_MIN = 1970
const YEAR_MAX = 2199

const unitsMs: Readonly<Record<string, number>> = {
  minute: MINUTE_MS,
  hour: 60 * MINUTE_MS,
  day: DAY_MS,
}

/** Undefined for what is not an AWS schedule expression. */
export function parseSchedule(expression: string): Schedule | undefined {
  const [, kind, body = ''] = /^(rate|cron)\(([^()]*)\)$/.exec(expression) ?? []
  if (kind === 'rate') return parseRate(body)
  return kind === 'cron' ? parseCron(body.trim().split(/\s+/)) : undefined
}

/**
 * The first time of the schedule after `afterMs`, in whole minutes for cron; a rate counts from
 * `afterMs`. Undefined when there is none (a year that is over, the 31st of February).
 */
export function nextTime(schedule: Schedule, afterMs: number): number | undefined {
  if (schedule.kind === 'rate') return afterMs + schedule.everyMs
  const startMs = (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS
  const start = dateOf(startMs)
  const today = dayNumber(start.getUTCFullYear(), start.getUTCMonth() + 1, start.getUTCDate())
  const minuteOfDay = Math.floor((startMs - today * DAY_MS) / MINUTE_MS)
  for (const year of schedule.years) {
    if (year < start.getUTCFullYear()) continue
    for (const month of schedule.months) {
      const found = firstInMonth(schedule, year, month, today, minuteOfDay)
      if (found !== undefined) return found
    }
  }
  return undefined
}

function firstInMonth(
  schedule: Extract<Schedule, { kind: 'cron' }>,
  year: number,
  month: number,
  today: number,
  minuteOfDay: number,
): number | undefined {
  const first = dayNumber(year, month, 1)
  const length = daysInMonth(year, month)
  if (first + length <= today) return undefined
  for (let day = Math.max(1, today - first + 1); day <= length; day++) {
    if (!schedule.matchesDay(year, month, day)) continue
    const number = first + day - 1
    const minute = firstMinute(schedule, number === today ? minuteOfDay : 0)
    if (minute !== undefined) return number * DAY_MS + minute * MINUTE_MS
  }
  return undefined
}

function firstMinute(
  { hours, minutes }: { readonly hours: Values; readonly minutes: Values },
  from: number,
): number | undefined {
  for (const hour of hours) {
    const minute = minutes.find((candidate) => hour * 60 + candidate >= from)
    if (minute !== undefined) return hour * 60 + minute
  }
  return undefined
}

function parseRate(body: string): Schedule | undefined {
  const [, count = '', unit = ''] = /^\s*([1-9]\d{0,8})\s+(minute|hour|day)s?\s*$/.exec(body) ?? []
  const unitMs = unitsMs[unit]
  return unitMs === undefined ? undefined : { kind: 'rate', everyMs: Number(count) * unitMs }
}

const monthNames = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')
const dayNames = 'SUN MON TUE WED THU FRI SAT'.split(' ')

function parseCron(fields: ReadonlyArray<string>): Schedule | undefined {
  const [minute, hour, dayOfMonth, month, dayOfWeek, year, ...rest] = fields
  if (!minute || !hour || !dayOfMonth || !month || !dayOfWeek || !year || rest.length > 0) {
    return undefined
  }
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return undefined
  const minutes = parseField(minute, 0, 59)
  const hours = parseField(hour, 0, 23)
  const months = parseField(month, 1, 12, monthNames)
  const years = parseField(year, YEAR_MIN, YEAR_MAX)
  const matchesDay = dayOfWeek === '?' ? parseDayOfMonth(dayOfMonth) : parseDayOfWeek(dayOfWeek)
  if (!minutes || !hours || !months || !years || !matchesDay) return undefined
  return { kind: 'cron', minutes, hours, months, years, matchesDay }
}

/** `*`, `5`, `1-5`, `MON-FRI`, `0/15`, `10-30/5` and lists of them; a range may run over the end. */
function parseField(
  field: string,
  min: number,
  max: number,
  names: ReadonlyArray<string> = [],
): Values | undefined {
  const read = (text: string): number => {
    const named = names.indexOf(text.toUpperCase())
    if (named >= 0) return named + 1
    const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
    return value >= min && value <= max ? value : Number.NaN
  }
  const found = new Set<number>()
  for (const part of field.split(',')) {
    const [range = '', step, ...more] = part.split('/')
    if (more.length > 0 || (step !== undefined && !/^[1-9]\d{0,3}$/.test(step))) return undefined
    const [from = '', to, ...extra] = range.split('-')
    if (extra.length > 0) return undefined
    const first = range === '*' ? min : read(from)
    const lone = to === undefined && range !== '*'
    const last = to !== undefined ? read(to) : lone && step === undefined ? first : max
    if (Number.isNaN(first) || Number.isNaN(last)) return undefined
    const span = last >= first ? last - first : last - first + (max - min + 1)
    for (let offset = 0; offset <= span; offset += Number(step ?? 1)) {
      found.add(min + ((first - min + offset) % (max - min + 1)))
    }
  }
  return [...found].sort((a, b) => a - b)
}

type DayMatch = (year: number, month: number, day: number) => boolean

function parseDayOfMonth(field: string): DayMatch | undefined {
  if (field === 'L') return (year, month, day) => day === daysInMonth(year, month)
  if (field === 'LW') {
    return (year, month, day) => day === nearestWeekday(year, month, daysInMonth(year, month))
  }
  const [, wanted] = /^(\d{1,2})W$/.exec(field) ?? []
  if (wanted !== undefined) {
    const date = Number(wanted)
    if (date < 1 || date > 31) return undefined
    return (year, month, day) =>
      date <= daysInMonth(year, month) && day === nearestWeekday(year, month, date)
  }
  const days = parseField(field, 1, 31)
  return days && ((_year, _month, day) => days.includes(day))
}

function parseDayOfWeek(field: string): DayMatch | undefined {
  if (field === 'L') return (year, month, day) => dayOfWeek(year, month, day) === 7
  const [, name = '', mark, nth] = /^(\d|[A-Za-z]{3})(L|#([1-5]))$/.exec(field) ?? []
  if (mark) {
    const [weekday, ...none] = parseField(name, 1, 7, dayNames) ?? []
    if (weekday === undefined || none.length > 0) return undefined
    return (year, month, day) => {
      if (dayOfWeek(year, month, day) !== weekday) return false
      return nth ? Math.ceil(day / 7) === Number(nth) : day + 7 > daysInMonth(year, month)
    }
  }
  const weekdays = parseField(field, 1, 7, dayNames)
  return weekdays && ((year, month, day) => weekdays.includes(dayOfWeek(year, month, day)))
}

/** Within the same month: the 1st on a Saturday gives Monday the 3rd. */
function nearestWeekday(year: number, month: number, day: number): number {
  const weekday = dayOfWeek(year, month, day)
  if (weekday === 7) return day > 1 ? day - 1 : day + 2
  if (weekday === 1) return day < daysInMonth(year, month) ? day + 1 : day - 2
  return day
}

/** 1 is Sunday; 1970-01-01 was a Thursday. */
function dayOfWeek(year: number, month: number, day: number): number {
  return ((dayNumber(year, month, day) + 4) % 7) + 1
}

function daysInMonth(year: number, month: number): number {
  const next = month === 12 ? dayNumber(year + 1, 1, 1) : dayNumber(year, month + 1, 1)
  return next - dayNumber(year, month, 1)
}

/** Days since 1970-01-01 in the Gregorian calendar; the year begins in March to end with the leap day. */
function dayNumber(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400)
  return shifted * 365 + leapDays + dayOfYear - 719_468
}
