import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextTime, parseSchedule } from './schedule.ts'

const next = (expression: string, after: string) => {
  const schedule = parseSchedule(expression)
  if (!schedule) return 'refused'
  const timeMs = nextTime(schedule, Date.parse(after))
  return timeMs === undefined ? 'never' : new Date(timeMs).toISOString()
}

test.each([
  ['rate(5 minutes)', '2026-01-01T00:01:30Z', '2026-01-01T00:06:30.000Z'],
  ['rate(1 day)', '2026-01-31T08:00:00Z', '2026-02-01T08:00:00.000Z'],
  ['cron(15 12 * * ? *)', '2026-01-01T12:15:00Z', '2026-01-02T12:15:00.000Z'],
  ['cron(0 18 ? * MON-FRI *)', '2026-01-02T18:00:00Z', '2026-01-05T18:00:00.000Z'],
  ['cron(0/10 * ? * MON-FRI *)', '2026-01-02T23:55:00Z', '2026-01-05T00:00:00.000Z'],
  ['cron(0/5 8-17 ? * 2-6 *)', '2026-01-01T17:56:00Z', '2026-01-02T08:00:00.000Z'],
  ['cron(0 0 L * ? *)', '2024-02-01T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ['cron(0 0 LW * ? *)', '2026-05-01T00:00:00Z', '2026-05-29T00:00:00.000Z'],
  ['cron(0 0 1W * ? *)', '2026-07-31T00:00:00Z', '2026-08-03T00:00:00.000Z'],
  ['cron(0 0 31 * ? *)', '2026-03-31T00:00:00Z', '2026-05-31T00:00:00.000Z'],
  ['cron(0 0 ? * 6L *)', '2026-01-01T00:00:00Z', '2026-01-30T00:00:00.000Z'],
  ['cron(0 0 ? * FRI#3 *)', '2026-01-01T00:00:00Z', '2026-01-16T00:00:00.000Z'],
  ['cron(0 0 ? * L *)', '2026-01-01T00:00:00Z', '2026-01-03T00:00:00.000Z'],
  ['cron(0 22-2/2 * * ? *)', '2026-01-01T22:00:00Z', '2026-01-02T00:00:00.000Z'],
  ['cron(0 0 29 FEB ? *)', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['cron(0 0 30 2 ? *)', '2026-01-01T00:00:00Z', 'never'],
  ['cron(0 0 1 1 ? 2020)', '2026-01-01T00:00:00Z', 'never'],
  ['cron(0 0 1 jan ? 2026-2030/2)', '2026-01-01T00:00:00Z', '2028-01-01T00:00:00.000Z'],
])('%s after %s is %s', (expression, after, expected) => {
  expect(next(expression, after)).toBe(expected)
})

test.each([
  'rate(10)',
  'rate(10 seconds)',
  'rate(-10 minutes)',
  'rate(0 minutes)',
  'rate(1.5 hours)',
  'cron(71 8 1 * ? *)',
  'cron(0 1 * * * *)',
  'cron(0 1 ? * ? *)',
  'cron(0 1 * * ?)',
  'cron(0 24 * * ? *)',
  'cron(0 0 32W * ? *)',
  'cron(0 0 ? * 8 *)',
  'cron(0 0 ? * FRI#6 *)',
  'cron(0/0 0 * * ? *)',
  'cron(- 0 * * ? *)',
  '15 12 * * ? *',
  'at(2026-01-01T00:00:00)',
  '',
])('%s is refused', (expression) => {
  expect(parseSchedule(expression)).toBeUndefined()
})

test('the next time is the first minute that a minute-by-minute search finds', () => {
  const field = (min: number, max: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min, max }).map(String),
      fc.tuple(fc.integer({ min, max }), fc.integer({ min: 1, max: 9 })).map((p) => p.join('/')),
      fc
        .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
        .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    )
  const cron = fc
    .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 7), fc.boolean())
    .map(([minute, hour, day, week, byWeek]) => ({ minute, hour, day, week, byWeek }))
  const holds = (text: string, value: number, max: number) => {
    if (text === '*') return true
    const [range = '', step] = text.split('/')
    const [from, to] = range.split('-').map(Number)
    const last = to ?? (step ? max : from)
    const start = from ?? 0
    return value >= start && value <= (last ?? 0) && (value - start) % Number(step ?? 1) === 0
  }
  const start = fc.integer({ min: 0, max: 66_000_000 })
  fc.assert(
    fc.property(cron, start, ({ minute, hour, day, week, byWeek }, startMinute) => {
      const days = byWeek ? `? * ${week}` : `${day} * ?`
      const schedule = parseSchedule(`cron(${minute} ${hour} ${days} *)`)
      if (!schedule) throw new Error('refused')
      const found = nextTime(schedule, startMinute * 60_000) ?? 0
      const matches = (timeMs: number) => {
        const date = new Date(timeMs)
        return (
          holds(minute, date.getUTCMinutes(), 59) &&
          holds(hour, date.getUTCHours(), 23) &&
          (byWeek ? holds(week, date.getUTCDay() + 1, 7) : holds(day, date.getUTCDate(), 31))
        )
      }
      expect(matches(found)).toBe(true)
      const searchedUntil = Math.min(found, (startMinute + 3000) * 60_000)
      for (let at = (startMinute + 1) * 60_000; at < searchedUntil; at += 60_000) {
        if (matches(at)) throw new Error(`${new Date(at).toISOString()} was passed over`)
      }
    }),
    { seed: 11, numRuns: 300 },
  )
})
