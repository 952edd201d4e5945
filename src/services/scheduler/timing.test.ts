import { expect, test } from 'vitest'
import type { Timing } from './timing.ts'
import { checkTiming, nextOccurrence } from './timing.ts'

const ms = (text: string) => Date.parse(text)
const timing = (expression: string, timeZone = 'UTC', more: Partial<Timing> = {}): Timing => ({
  ...{ expression, timeZone, anchorMs: ms('2026-01-01T00:00:00Z') },
  ...more,
})

/** The first times after a moment. */
function times(of: Timing, after: string, count: number) {
  const found: string[] = []
  let last = ms(after)
  while (found.length < count) {
    const next = nextOccurrence(of, last)
    if (next === undefined) return [...found, 'never']
    found.push(new Date(next).toISOString().slice(0, 16))
    last = next
  }
  return found
}

test.each([
  'rate(10 minutes) ',
  'at(2021-12-31)',
  'at(2021-12-31T23:59:59Z)',
  'at(2021-02-31T23:59:59)',
  'at(2021-13-01T00:00:00)',
  'at(2021-01-01T24:00:00)',
  'at(2021-00-01T00:00:00)',
  'cron()',
  'cron(0 1 * * * *)',
  'cron(0 dummy ? * MON-FRI *)',
  'cron(7 20 * * NOT *)',
  'cron(71 8 1 * ? *)',
  'cron(INVALID)',
  'rate( 10 minutes )',
  ' rate(10 minutes)',
  'rate()',
  'rate(-10 minutes)',
  'rate(10 minutess)',
  'rate(10 seconds)',
  'rate(10 years)',
  'rate(10)',
  'rate(foo minutes)',
])('%s is refused in the words of AWS', (expression) => {
  expect(() => checkTiming(timing(expression))).toThrow(
    `Invalid Schedule Expression ${expression}.`,
  )
})

test.each(['at(2026-02-28T23:59:59)', 'rate(1 hour)', 'cron(0 12 ? * MON *)'])(
  '%s is taken',
  (expression) => {
    expect(() => checkTiming(timing(expression))).not.toThrow()
  },
)

test('a time of the night that summer time leaves out is passed over', () => {
  const daily = timing('cron(30 2 * * ? *)', 'Europe/Berlin')
  expect(times(daily, '2026-03-28T00:00:00Z', 2)).toEqual(['2026-03-28T01:30', '2026-03-30T00:30'])
})

test('a time that clocks show twice counts once', () => {
  const daily = timing('cron(30 2 * * ? *)', 'Europe/Berlin')
  expect(times(daily, '2026-10-24T12:00:00Z', 2)).toEqual(['2026-10-25T00:30', '2026-10-26T01:30'])
  // Also for who looks in the second of the two hours.
  expect(times(daily, '2026-10-25T01:10:00Z', 1)).toEqual(['2026-10-26T01:30'])
})

test('a rate counts from its start, and ends', () => {
  const bounds = { startMs: ms('2026-01-01T10:00:00Z'), endMs: ms('2026-01-01T11:00:00Z') }
  const rate = timing('rate(30 minutes)', 'UTC', bounds)
  expect(times(rate, '2026-01-01T00:00:00Z', 4)).toEqual([
    '2026-01-01T10:00',
    '2026-01-01T10:30',
    '2026-01-01T11:00',
    'never',
  ])
})

test('a cron that fits its start begins with it', () => {
  const cron = timing('cron(0 * * * ? *)', 'UTC', { startMs: ms('2026-01-01T10:00:00Z') })
  expect(times(cron, '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-01T10:00'])
})

test('one time is one time, by the clocks of its zone', () => {
  const once = timing('at(2026-07-01T12:00:00)', 'America/New_York')
  expect(times(once, '2026-01-01T00:00:00Z', 2)).toEqual(['2026-07-01T16:00', 'never'])
})

test('a start behind the end is refused', () => {
  const bounds = { startMs: 2, endMs: 1 }
  expect(() => checkTiming(timing('rate(1 day)', 'UTC', bounds))).toThrow('StartDate')
})

test('a zone that is not there is refused', () => {
  expect(() => checkTiming(timing('rate(1 day)', 'Mars/Olympus'))).toThrow('Timezone')
})
