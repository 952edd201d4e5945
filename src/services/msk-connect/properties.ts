import { badRequest } from './connect-errors.ts'

/** The lines of a `.properties` file as Java reads the plain ones; later ones win. */
export function parseProperties(text: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>()
  for (const line of text.split(/\r\n|\r|\n/)) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith('!')) continue
    const found = /^([^\s=:]+)\s*[=:]\s*(.*)$/.exec(trimmed)
    if (!found) throw badRequest(`'${trimmed}' is not a property.`)
    properties.set(found[1] ?? '', found[2] ?? '')
  }
  return properties
}
