import { expect, test } from 'vitest'
import { findTimeZone } from './time-zone.ts'

const moment = (zone: string, shown: string) => {
  const ms = findTimeZone(zone)?.utcMs(Date.parse(`${shown}Z`))
  return ms === undefined ? 'never' : new Date(ms).toISOString()
}

test.each([
  ['UTC', '2026-01-01T00:00:00', '2026-01-01T00:00:00.000Z'],
  ['Europe/Berlin', '2026-01-01T12:00:00', '2026-01-01T11:00:00.000Z'],
  ['Europe/Berlin', '2026-07-01T12:00:00', '2026-07-01T10:00:00.000Z'],
  // Clocks go from 02:00 to 03:00.
  ['Europe/Berlin', '2026-03-29T01:59:59', '2026-03-29T00:59:59.000Z'],
  ['Europe/Berlin', '2026-03-29T02:30:00', 'never'],
  ['Europe/Berlin', '2026-03-29T03:00:00', '2026-03-29T01:00:00.000Z'],
  // Clocks go from 03:00 back to 02:00: the first of the two.
  ['Europe/Berlin', '2026-10-25T02:30:00', '2026-10-25T00:30:00.000Z'],
  ['America/New_York', '2026-11-01T01:30:00', '2026-11-01T05:30:00.000Z'],
  ['Asia/Kathmandu', '2026-01-01T00:00:00', '2025-12-31T18:15:00.000Z'],
  ['Australia/Lord_Howe', '2026-10-04T02:15:00', 'never'],
])('in %s, clocks that show %s show it at %s', (zone, shown, expected) => {
  expect(moment(zone, shown)).toBe(expected)
})

test('a moment is shown and found again, except in the hour that is shown twice', () => {
  const zone = findTimeZone('America/New_York')
  for (let hour = 0; hour < 365 * 24; hour++) {
    const ms = Date.UTC(2026, 0, 1, hour)
    const isSecond = ms === Date.UTC(2026, 10, 1, 6)
    expect(zone?.utcMs(zone.localMs(ms))).toBe(isSecond ? ms - 3_600_000 : ms)
  }
})

test.each(['', 'Nowhere/Land', '+05:00', 'UTC+1'])('%s is no zone', (name) => {
  expect(findTimeZone(name)).toBeUndefined()
})
