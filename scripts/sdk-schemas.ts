import type { Limits, MemberData, ScalarName, ShapeData, Traits } from '../src/wire/model/data.ts'

// The schemas of the SDK are arrays (`StaticSchema` of @smithy/types):
//   [0 simple, namespace, name, traits, schema]       [1 list, ..., element]
//   [2 map, ..., key, value]                          [9 operation, ..., input, output]
//   [3 structure | 4 union | -3 error, ..., memberNames, memberSchemas, countOfRequired]
// A reference is a schema, a function giving it, [reference, member traits], or a number:
//   a scalar below 64, 64 | scalar a list of it, 128 | scalar a map of it.
export type Schema = readonly [number, string, string, SdkTraits, ...unknown[]]
export type Reference =
  | number
  | string
  | Schema
  | (() => Reference)
  | readonly [Reference, SdkTraits]
type SdkTraits = number | Readonly<Record<string, unknown>>

const scalars: Readonly<Record<number, ScalarName>> = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: 'timestamp',
  5: 'date-time',
  6: 'http-date',
  7: 'epoch-seconds',
  15: 'document',
  21: 'blob',
  42: 'streaming-blob',
}

const traitBits = [
  'httpLabel',
  'idempotent',
  'idempotencyToken',
  'sensitive',
  'httpPayload',
  'httpResponseCode',
  'httpQueryParams',
]

const keptTraits = new Set([
  'awsQueryError',
  'error',
  'eventHeader',
  'eventPayload',
  'httpError',
  'httpHeader',
  'httpLabel',
  'httpPayload',
  'httpPrefixHeaders',
  'httpQuery',
  'httpQueryParams',
  'httpResponseCode',
  'jsonName',
  'mediaType',
  'sensitive',
  'sparse',
  'streaming',
  'xmlAttribute',
  'xmlFlattened',
  'xmlName',
  'xmlNamespace',
])

function traitsOf(given: SdkTraits): Traits {
  const named =
    typeof given === 'number'
      ? Object.fromEntries(
          traitBits.filter((_, bit) => (given >> bit) & 1).map((name) => [name, 1]),
        )
      : given
  return Object.fromEntries(Object.entries(named).filter(([name]) => keptTraits.has(name)))
}

interface Target {
  readonly target: ScalarName | number
  readonly traits: Traits
}

/** Numbers the shapes in the order in which they are met. */
export function createShapeTable(
  limitsOf: (structure: string, member: string) => Limits | undefined,
) {
  const shapes: ShapeData[] = []
  const numbers = new Map<unknown, number>()

  const member = (
    name: string,
    reference: Reference,
    rest: Partial<MemberData> = {},
  ): MemberData => {
    const { target, traits } = targetOf(reference)
    return { name, target, ...(Object.keys(traits).length > 0 ? { traits } : {}), ...rest }
  }
  const numbered = (key: unknown, make: () => ShapeData): number => {
    const known = numbers.get(key)
    if (known !== undefined) return known
    const number = shapes.length
    numbers.set(key, number)
    shapes.push({ kind: 'list', element: { name: '', target: 'string' } })
    shapes[number] = make()
    return number
  }
  const scalarOrContainer = (code: number): ScalarName | number => {
    if (code >= 128) {
      return numbered(code, () => ({
        kind: 'map',
        key: member('key', 0),
        value: member('value', code & 63),
      }))
    }
    if (code >= 64)
      return numbered(code, () => ({ kind: 'list', element: member('member', code & 63) }))
    const scalar = scalars[code]
    if (!scalar) throw new Error(`no such scalar: ${code}`)
    return scalar
  }
  const targetOf = (reference: Reference): Target => {
    if (typeof reference === 'function') return targetOf(reference())
    if (typeof reference === 'number') return { target: scalarOrContainer(reference), traits: {} }
    if (reference.length === 2) {
      const [inner, traits] = reference as readonly [Reference, SdkTraits]
      const target = targetOf(inner)
      return { target: target.target, traits: { ...target.traits, ...traitsOf(traits) } }
    }
    const schema = reference as Schema
    if (schema[0] === 0) {
      const target = targetOf(schema[4] as Reference)
      return { target: target.target, traits: { ...target.traits, ...traitsOf(schema[3]) } }
    }
    // Traits of a list or map shape count for every member that has it; a structure keeps its own.
    const traits = schema[0] === 1 || schema[0] === 2 ? traitsOf(schema[3]) : {}
    return { target: numbered(schema, () => shapeOf(schema)), traits }
  }
  const shapeOf = (schema: Schema): ShapeData => {
    const [kind, , name, given, first, second, requiredCount = 0] = schema
    if (kind === 1) return { kind: 'list', element: member('member', first as Reference) }
    if (kind === 2) {
      return {
        kind: 'map',
        key: member('key', first as Reference),
        value: member('value', second as Reference),
      }
    }
    const traits = traitsOf(given)
    const members = (first as string[]).map((memberName, index) => {
      const limits = limitsOf(name, memberName)
      return member(memberName, (second as Reference[])[index] as Reference, {
        ...(index < (requiredCount as number) ? { required: true as const } : {}),
        ...(limits ? { limits } : {}),
      })
    })
    return {
      kind: kind === 4 ? 'union' : 'structure',
      name,
      members,
      ...(Object.keys(traits).length > 0 ? { traits } : {}),
    }
  }
  return { shapes, numberOf: (schema: Reference) => targetOf(schema).target as number }
}
