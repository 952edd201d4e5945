import type { Config, SettingName } from '../config.ts'
import { environmentName, readConfig, settingsTable } from '../config.ts'

export type SettingFlags = { readonly [Name in SettingName]?: string | boolean }

/** The flags of `headrace up`, made from the settings table. */
export function settingFlags() {
  const flags = Object.entries(settingsTable).map(([name, row]) => {
    const initial =
      row.kind === 'flag' ? '' : ` Default: ${row.default === '' ? 'none' : row.default}.`
    const brief = `${row.help}${initial}`
    if (row.kind === 'flag') return [name, { kind: 'boolean', optional: true, brief }]
    return [name, { kind: 'parsed', parse: String, optional: true, brief, placeholder: row.kind }]
  })
  return Object.fromEntries(flags) as Record<SettingName, never>
}

/** Command line first, then `HEADRACE_…`, then the default. */
export function configFrom(
  flags: SettingFlags,
  environment: Readonly<Record<string, string | undefined>>,
): Config {
  return readConfig([(name) => flags[name], (name) => environment[environmentName(name)]])
}
