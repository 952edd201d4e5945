import { describe, expect, test } from 'vitest'
import { evaluatePrefix, fileName, validatePrefix } from './object-name.ts'

const context = {
  arrivalMs: Date.UTC(2018, 4, 1, 6, 7, 8),
  timeZone: 'UTC',
  seed: 'stream/range',
}

describe('a prefix', () => {
  test('without a time expression ends with the default folders', () => {
    expect(evaluatePrefix('raw/', context)).toBe('raw/2018/05/01/06/')
  })

  test('puts Hive partitions from the arrival of the oldest record', () => {
    const prefix = 'raw/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/'
    expect(evaluatePrefix(prefix, context)).toBe('raw/year=2018/month=05/day=01/')
  })

  test('keeps quoted text of a pattern', () => {
    expect(evaluatePrefix("!{timestamp:'t='HH-mm-ss}/", context)).toBe('t=06-07-08/')
  })

  test('is evaluated in the time zone of the stream', () => {
    const there = { ...context, timeZone: 'America/New_York' }
    expect(evaluatePrefix('!{timestamp:yyyy-MM-dd-HH}/', there)).toBe('2018-05-01-02/')
  })

  test('draws the same random text for the same records, another for others', () => {
    const prefix = '!{firehose:random-string}/!{timestamp:yyyy}/'
    expect(evaluatePrefix(prefix, context)).toBe(evaluatePrefix(prefix, context))
    expect(evaluatePrefix(prefix, { ...context, seed: 'other' })).not.toBe(
      evaluatePrefix(prefix, context),
    )
    expect(evaluatePrefix(prefix, context)).toMatch(/^\w{11}\/2018\/$/)
  })

  test('names the kind of error where it is asked for, else as a folder', () => {
    const failed = { ...context, errorType: 'processing-failed' }
    expect(evaluatePrefix('errors/!{firehose:error-output-type}/', failed)).toBe(
      'errors/processing-failed/2018/05/01/06/',
    )
    expect(evaluatePrefix('errors/', failed)).toBe('errors/processing-failed/2018/05/01/06/')
  })
})

test.each([
  ['Prefix', '!{firehose:error-output-type}/', false, /not valid here/],
  ['Prefix', '!{partitionKeyFromQuery:customer}/', false, /dynamic partitioning/],
  ['Prefix', '!{timestamp}/', false, /must look like/],
  ['ErrorOutputPrefix', 'e/!{timestamp:yyyy}/', true, /must contain/],
])('%s %s is refused', (name, prefix, forErrors, reason) => {
  expect(() => validatePrefix(name, prefix, forErrors)).toThrow(reason)
})

test('a file name holds stream, version and time, and repeats for the same records', () => {
  const name = fileName({ name: 'clicks', versionId: 3 }, context, '.gz')
  expect(name).toMatch(
    /^clicks-3-2018-05-01-06-07-08-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.gz$/,
  )
  expect(fileName({ name: 'clicks', versionId: 3 }, context, '.gz')).toBe(name)
})
