import { describe, expect, test } from 'vitest'
import type { ConfigSource, SettingName } from './config.ts'
import { ConfigError, environmentName, readConfig, settingsTable } from './config.ts'

const from =
  (values: Partial<Record<SettingName, string | boolean>>): ConfigSource =>
  (name) =>
    values[name]

test('without any source every setting has its default', () => {
  const config = readConfig([])
  for (const [name, row] of Object.entries(settingsTable)) {
    expect(config[name as SettingName]).toBe(row.default)
  }
})

test('the first source that knows a setting wins', () => {
  const config = readConfig([from({ port: '1' }), from({ port: '2', host: '::1' })])
  expect(config).toMatchObject({ port: 1, host: '::1' })
})

test('a setting has one name in the environment', () => {
  expect(environmentName('dataDir')).toBe('HEADRACE_DATA_DIR')
})

describe('a value that does not fit is refused with advice', () => {
  test.each([
    ['port', '65536', /--port: '65536' is not a number from 0 to 65535/],
    ['port', '-1', /not a number/],
    ['port', '1e3', /not a number/],
    ['auth', 'maybe', /--auth: 'maybe' is not one of verify, open/],
    ['tls', 'perhaps', /--tls: 'perhaps' is not on or off/],
  ] as const)('%s %s', (name, value, message) => {
    expect(() => readConfig([from({ [name]: value })])).toThrow(message)
    expect(() => readConfig([from({ [name]: value })])).toThrow(ConfigError)
  })
})

test('a value at its limit is taken', () => {
  expect(readConfig([from({ port: '65535' })]).port).toBe(65_535)
})
