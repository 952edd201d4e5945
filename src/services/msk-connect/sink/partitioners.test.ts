import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SinkValue } from './converters.ts'
import { convertBytes } from './converters.ts'
import { objectKey } from './object-key.ts'
import { partitionByFields, partitionByNumber, partitionByTime } from './partitioners.ts'
import { createPathFormat, pathFormatProblem } from './path-format.ts'
import { openTimeZone } from './time-zone.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const HOURLY = "'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH"

function json(text: string): SinkValue {
  const converted = convertBytes({ kind: 'json', hasSchemas: false }, Buffer.from(text))
  if ('fault' in converted) throw new Error(converted.fault)
  return converted.value
}

function zoneOf(name: string) {
  const zone = openTimeZone(name)
  if (!zone) throw new Error(`no zone ${name}`)
  return zone
}

const placed = (text: string, timestampMs = 0) => ({ partition: 2, value: json(text), timestampMs })

describe('by number and by fields', () => {
  test('the default folder is that of the partition', () => {
    expect(partitionByNumber(placed('{}'), 0)).toEqual({ path: 'partition=2' })
  })

  test('fields make a folder each, in the order of the setting, also those within others', () => {
    const partition = partitionByFields(['country', 'user.id', 'paid'], '/')
    const value = '{"paid":true,"user":{"id":9007199254740993},"country":"CH"}'
    expect(partition(placed(value), 0)).toEqual({
      path: 'country=CH/user.id=9007199254740993/paid=true',
    })
  })

  test.each(['{}', '{"country":null}', '{"country":1.5}', '{"country":{}}', '"text"', '7'])(
    'a value such as %s has no folder',
    (value) => {
      expect(partitionByFields(['country'], '/')(placed(value), 0)).toHaveProperty('fault')
    },
  )
})

describe('by time', () => {
  const byTime = (zone: string, field?: string, durationMs = HOUR_MS, pattern = HOURLY) =>
    partitionByTime({
      ...{ durationMs, pattern, locale: 'en-US', zone: zoneOf(zone) },
      extractor: field === undefined ? { kind: 'record' } : { kind: 'field', field },
    })

  test('the folder is that of the local time, on both sides of a change of the clock', () => {
    const partition = byTime('Europe/Zurich')
    const at = (ms: number) => partition(placed('{}', ms), 0)
    const winter = Date.UTC(2026, 2, 29, 0, 59)
    expect(at(winter)).toMatchObject({ path: 'year=2026/month=03/day=29/hour=01' })
    expect(at(winter + 60_000)).toMatchObject({ path: 'year=2026/month=03/day=29/hour=03' })
    const summer = Date.UTC(2026, 9, 25, 0, 59)
    expect(at(summer)).toMatchObject({ path: 'year=2026/month=10/day=25/hour=02' })
    expect(at(summer + 60_000)).toMatchObject({ path: 'year=2026/month=10/day=25/hour=02' })
    expect(at(summer + 60_000 + HOUR_MS)).toMatchObject({
      path: 'year=2026/month=10/day=25/hour=03',
    })
  })

  test('days begin at midnight of the zone', () => {
    const partition = byTime('Asia/Kolkata', undefined, DAY_MS, "'d'=YYYY-MM-dd")
    const midnight = Date.UTC(2026, 0, 1, 18, 30)
    expect(partition(placed('{}', midnight - 1), 0)).toMatchObject({ path: 'd=2026-01-01' })
    expect(partition(placed('{}', midnight), 0)).toMatchObject({ path: 'd=2026-01-02' })
  })

  test.each([
    ['{"at":1767225600000}', 1_767_225_600_000],
    ['{"at":"2026-01-01"}', 1_767_225_600_000],
    ['{"at":"2026-01-01T01:00:00.000+01:00"}', 1_767_225_600_000],
    ['{"at":"2026-01-01T00:00:00Z"}', 1_767_225_600_000],
    ['{"at":"2026-01-01T00:00"}', 1_767_225_600_000],
    ['{"at":"2026-01-01T00:00:00,5-0100"}', 1_767_229_200_500],
  ])('the time of %s is that of its field', (value, timeMs) => {
    expect(byTime('UTC', 'at')(placed(value), 0)).toMatchObject({ timeMs })
  })

  test.each(['{}', '{"at":"yesterday"}', '{"at":true}', '{"at":"2026-13-01"}', '{"at":1e30}'])(
    'the field of %s has no time',
    (value) => {
      expect(byTime('UTC', 'at')(placed(value), 0)).toHaveProperty('fault')
    },
  )

  test('every moment of a stretch of time has the same folder, and those of two have two', () => {
    const partition = byTime('America/New_York', undefined, HOUR_MS, 'YYYY-MM-dd-HH')
    const moment = fc.integer({ min: HOUR_MS * 24, max: 4_000_000_000_000 })
    fc.assert(
      fc.property(moment, fc.integer({ min: 0, max: HOUR_MS - 1 }), (ms, within) => {
        const start = Math.floor(ms / HOUR_MS) * HOUR_MS
        const pathAt = (at: number) => partition(placed('{}', at), 0)
        expect(pathAt(start + within)).toMatchObject({
          path: (pathAt(start) as { path: string }).path,
        })
        // Two hours later it is another hour also where clocks are put back.
        expect(pathAt(start + 2 * HOUR_MS)).not.toMatchObject(pathAt(start))
      }),
      { seed: 7, numRuns: 200 },
    )
  })
})

describe('names', () => {
  test('patterns of Joda-Time are written, and what is not is told', () => {
    const ms = Date.UTC(2026, 0, 5, 15, 4, 5, 67)
    const write = (pattern: string, locale = 'en-US') => createPathFormat(pattern, locale).write(ms)
    expect(write("yyyy/M/d/H'h'mm'm'ss.SSS")).toBe('2026/1/5/15h04m05.067')
    expect(write("YY-MMM-EEEE hh a 'o''clock'")).toBe("26-Jan-Monday 03 PM o'clock")
    expect(write('MMMM', 'fr')).toBe('janvier')
    expect(write("xxxx-'W'ww-e D")).toBe('2026-W02-1 5')
    expect(pathFormatProblem('YYYY-ZZ')).toContain('Z')
    expect(pathFormatProblem("YYYY'")).toContain('quote')
    expect(pathFormatProblem(HOURLY)).toBeUndefined()
  })

  test('the same offset has the same name, and names sort as offsets do', () => {
    const naming = {
      ...{ directory: 'topics', directoryDelimiter: '/', fileDelimiter: '+' },
      ...{ offsetDigits: 10, extension: '.json' },
    }
    const keyOf = (startOffset: number) =>
      objectKey(naming, { topic: 'orders', partition: 1, path: 'partition=1', startOffset })
    expect(keyOf(42)).toBe('topics/orders/partition=1/orders+1+0000000042.json')
    expect(
      objectKey(
        { ...naming, directory: '' },
        { topic: 't', partition: 0, path: 'p', startOffset: 0 },
      ),
    ).toBe('t/p/t+0+0000000000.json')
    const offset = fc.integer({ min: 0, max: 9_999_999_999 })
    fc.assert(
      fc.property(offset, offset, (a, b) => {
        expect(keyOf(a) < keyOf(b)).toBe(a < b)
      }),
      { seed: 7, numRuns: 200 },
    )
  })
})
