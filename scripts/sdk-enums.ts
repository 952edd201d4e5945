import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Limits } from '../src/wire/model/data.ts'

/** Which member is of which enum is told by the type declarations only. */
export function readEnums(sdk: Readonly<Record<string, unknown>>, modelTypes: string) {
  const declarations = readdirSync(modelTypes)
    .filter((file) => /^(models_\d+|errors)\.d\.ts$/.test(file))
    .map((file) => readFileSync(join(modelTypes, file), 'utf8'))
    .join('\n')
  const values: Record<string, string[]> = {}
  const members = new Map<string, Limits>()
  const interfaces = /^export (?:declare )?(?:interface|class) (\w+)[^{]*\{([\s\S]*?)^\}/gm
  const properties = /^ {4}(?:readonly )?"?(\w+)"?\??: ([^;{]+?)(?: \| undefined)?;/gm

  const limitsOfType = (type: string): Limits | undefined => {
    if (type.endsWith('[]')) return part('element', limitsOfType(type.slice(0, -2)))
    const map = /^(?:Partial<)?Record<(\w+), (.*?)>>?$/.exec(type)
    if (map) {
      const [, key = '', value = ''] = map
      const found = { ...part('key', limitsOfType(key)), ...part('value', limitsOfType(value)) }
      return Object.keys(found).length > 0 ? found : undefined
    }
    const known = enumValues(sdk[type])
    if (!known) return undefined
    values[type] = known
    return { enum: type }
  }
  for (const [, structure = '', body = ''] of declarations.matchAll(interfaces)) {
    for (const [, member = '', type = ''] of body.matchAll(properties)) {
      const limits = limitsOfType(type)
      if (limits) members.set(`${structure}.${member}`, limits)
    }
  }
  return { values, members }
}

export function part(
  name: 'element' | 'key' | 'value',
  limits: Limits | undefined,
): Limits | undefined {
  return limits && { [name]: limits }
}

function enumValues(exported: unknown): string[] | undefined {
  if (typeof exported !== 'object' || exported === null || Array.isArray(exported)) return undefined
  const values: unknown[] = Object.values(exported)
  return values.every((value) => typeof value === 'string') ? values : undefined
}
