import type { Column } from '../catalog.ts'
import type { HiveType } from '../hive-type.ts'
import { parseHiveType } from '../hive-type.ts'

/** A column as a crawler finds it. */
export interface Field {
  readonly name: string
  readonly type: HiveType
}

export const primitive = (
  name: string,
  sizes: ReadonlyArray<number> = [],
): Extract<HiveType, { kind: 'primitive' }> => ({ kind: 'primitive', name, sizes })

/**
 * What has only been NULL so far; another type takes its place, else it is catalogued as string.
 */
export const unknownType = primitive('void')

export function printType(type: HiveType): string {
  switch (type.kind) {
    case 'primitive': {
      const sizes = type.sizes.length > 0 ? `(${type.sizes.join(',')})` : ''
      return type.name === 'void' ? 'string' : type.name + sizes
    }
    case 'array':
      return `array<${printType(type.element)}>`
    case 'map':
      return `map<${printType(type.key)},${printType(type.value)}>`
    case 'struct':
      return `struct<${type.fields.map((field) => `${field.name}:${printType(field.type)}`).join(',')}>`
  }
}

/** The fields of catalogued columns. */
export function fieldsOfColumns(columns: ReadonlyArray<Column>): Field[] {
  return columns.map(({ name, type }) => ({ name, type: parseHiveType(type) ?? primitive(type) }))
}

const integers = ['tinyint', 'smallint', 'int', 'bigint']
const otherNumbers = ['float', 'double', 'decimal']

/**
 * The narrowest type that holds both, as a crawler widens: integers and floats to the wider one,
 * structs field by field, everything else that differs to string.
 */
export function mergeTypes(left: HiveType, right: HiveType): HiveType {
  if (left.kind === 'primitive' && left.name === 'void') return right
  if (right.kind === 'primitive' && right.name === 'void') return left
  if (left.kind === 'primitive' && right.kind === 'primitive') return mergePrimitives(left, right)
  if (left.kind === 'array' && right.kind === 'array') {
    return { kind: 'array', element: mergeTypes(left.element, right.element) }
  }
  if (left.kind === 'map' && right.kind === 'map') {
    const key = mergeTypes(left.key, right.key)
    return { kind: 'map', key, value: mergeTypes(left.value, right.value) }
  }
  if (left.kind === 'struct' && right.kind === 'struct') {
    return { kind: 'struct', fields: mergeFields(left.fields, right.fields) }
  }
  return primitive('string')
}

type Primitive = Extract<HiveType, { kind: 'primitive' }>

function mergePrimitives(left: Primitive, right: Primitive): HiveType {
  if (printType(left) === printType(right)) return left
  const first = integers.indexOf(left.name)
  const second = integers.indexOf(right.name)
  if (first >= 0 && second >= 0) return first > second ? left : right
  const numeric = ({ name }: Primitive) => integers.includes(name) || otherNumbers.includes(name)
  return primitive(numeric(left) && numeric(right) ? 'double' : 'string')
}

/** In the order of the first; what only the second has comes behind. */
export function mergeFields(left: ReadonlyArray<Field>, right: ReadonlyArray<Field>): Field[] {
  const merged = new Map(left.map(({ name, type }) => [name, type]))
  for (const { name, type } of right) {
    const known = merged.get(name)
    merged.set(name, known ? mergeTypes(known, type) : type)
  }
  return [...merged].map(([name, type]) => ({ name, type }))
}
