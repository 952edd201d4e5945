import type { SettingName } from '../../src/config.ts'
import { environmentName, flagName, settingsTable } from '../../src/config.ts'
import { code, markdownTable, pageOf } from './page.ts'

/** `docs/reference/settings.md`. */
export function settingsPage(): string {
  const names = Object.keys(settingsTable) as SettingName[]
  const rows = names.map((name) => {
    const row = settingsTable[name]
    const values =
      'choices' in row
        ? row.choices.map(code).join(', ')
        : 'max' in row
          ? `0 to ${row.max}`
          : row.kind === 'flag'
            ? 'on, off'
            : 'text'
    const initial = row.default === '' ? '' : code(row.default)
    return [code(`--${flagName(name)}`), code(environmentName(name)), values, initial, row.help]
  })
  return pageOf('Settings', [
    `Flags of \`headrace up\`; each can also be given in the environment. A flag wins over the environment.
Settings are read once, at start.`,
    markdownTable(['flag', 'environment', 'values', 'default', ''], rows),
  ])
}
