import { dateOf, parseTimeMs } from '../../base/clock.ts'
import type { Schedule as Recurrence } from '../../base/schedule.ts'
import { nextTime, parseSchedule } from '../../base/schedule.ts'
import type { TimeZone } from '../../base/time-zone.ts'
import { findTimeZone } from '../../base/time-zone.ts'
import { invalidExpression, validation } from './scheduler-errors.ts'

/** When a schedule invokes its target. */
export interface Timing {
  /** `rate(…)`, `cron(…)` or `at(…)`. */
  readonly expression: string
  readonly timeZone: string
  readonly startMs?: number
  readonly endMs?: number
  /** From here a rate is counted when there is no start. */
  readonly anchorMs: number
}

/** Throws AWS's refusal of an expression or zone that says nothing. */
export function checkTiming({ expression, timeZone, startMs, endMs }: Timing): void {
  const zone = findTimeZone(timeZone)
  if (!zone) throw validation(`Invalid Schedule Expression Timezone ${timeZone}.`)
  if (!read(expression, zone)) throw invalidExpression(expression)
  if (startMs !== undefined && endMs !== undefined && startMs >= endMs) {
    throw validation('The StartDate you specify must come before the EndDate.')
  }
}

/**
 * The first time after `afterMs` at which the target is to be invoked; undefined when there is none.
 * Times that a zone's clocks leave out are passed over, those that they show twice count once.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function nextOccurrence(timing: Timing, afterMs: number): number | undefined {
  const zone = findTimeZone(timing.timeZone)
  const when = zone && read(timing.expression, zone)
  if (!when) return undefined
  // AWS: start and end do not count for a schedule of one time.
  if (when.kind === 'at') return when.atMs > afterMs ? when.atMs : undefined
  const { startMs = 0, endMs = Number.POSITIVE_INFINITY } = timing
  const found =
    when.kind === 'rate'
      ? nextOfRate(timing.startMs ?? timing.anchorMs, when.everyMs, afterMs)
      : nextOfCron(when, zone, Math.max(afterMs, startMs - 1))
  return found !== undefined && found <= endMs ? found : undefined
}

type Cron = Extract<Recurrence, { readonly kind: 'cron' }>

function nextOfRate(firstMs: number, everyMs: number, afterMs: number): number {
  if (afterMs < firstMs) return firstMs
  return firstMs + (Math.floor((afterMs - firstMs) / everyMs) + 1) * everyMs
}

function nextOfCron(cron: Cron, zone: TimeZone, afterMs: number): number | undefined {
  let shownMs: number | undefined = zone.localMs(afterMs)
  for (;;) {
    shownMs = nextTime(cron, shownMs)
    if (shownMs === undefined) return undefined
    const foundMs = zone.utcMs(shownMs)
    if (foundMs !== undefined && foundMs > afterMs) return foundMs
  }
}

const AT = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/
/** Without blanks at the edges, as Scheduler wants it. */
const RATE = /^rate\([1-9]\d* (minute|hour|day)s?\)$/

function read(expression: string, zone: TimeZone): Recurrence | OneTime | undefined {
  const [, at] = AT.exec(expression) ?? []
  if (at !== undefined) return readAt(at, zone)
  if (expression.startsWith('rate') && !RATE.test(expression)) return undefined
  return parseSchedule(expression)
}

interface OneTime {
  readonly kind: 'at'
  readonly atMs: number
}

function readAt(text: string, zone: TimeZone): OneTime | undefined {
  const shownMs = parseTimeMs(`${text}Z`)
  // What comes back otherwise, such as the 31st of February, is none.
  if (Number.isNaN(shownMs) || dateOf(shownMs).toISOString() !== `${text}.000Z`) return undefined
  const atMs = zone.utcMs(shownMs)
  return atMs === undefined ? undefined : { kind: 'at', atMs }
}
