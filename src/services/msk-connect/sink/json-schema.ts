import type { JsonNode } from './json-text.ts'
import { JSON_NULL, memberAt, writeJson } from './json-text.ts'

/** What a payload is by its schema, or why it is not. */
export type SchemaResult = { readonly node: JsonNode } | { readonly fault: string }

const WHOLE = /^-?\d+$/
const bitsOf: Readonly<Record<string, number>> = { int8: 8, int16: 16, int32: 32, int64: 64 }

/**
 * The payload of Kafka Connect's JSON envelope as its schema says: fields in the order of the schema,
 * absent ones with their default or null, none that the schema does not have.
 */
export function applySchema(schema: JsonNode, payload: JsonNode): SchemaResult {
  try {
    return { node: convert(schema, payload, 'the payload') }
  } catch (error) {
    if (error instanceof SchemaFault) return { fault: error.message }
    throw error
  }
}

class SchemaFault extends Error {}

function convert(schema: JsonNode, value: JsonNode, where: string): JsonNode {
  if (value.kind === 'null') return absent(schema, where)
  const type = textAt(schema, 'type')
  switch (type) {
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return whole(value, bitsOf[type] ?? 64, where)
    case 'float':
    case 'double':
      return checked(value, 'number', where)
    case 'boolean':
      return checked(value, 'boolean', where)
    case 'string':
    case 'bytes':
      return checked(value, 'string', where)
    case 'array':
      return convertArray(schema, value, where)
    case 'map':
      return convertMap(schema, value, where)
    case 'struct':
      return convertStruct(schema, value, where)
    default:
      throw new SchemaFault(`the schema of ${where} has no type that is known`)
  }
}

function absent(schema: JsonNode, where: string): JsonNode {
  const preset = memberAt(schema, 'default')
  if (preset && preset.kind !== 'null') return convert(schema, preset, where)
  const optional = memberAt(schema, 'optional')
  if (optional?.kind === 'boolean' && optional.value) return JSON_NULL
  throw new SchemaFault(`${where} is null, and not optional`)
}

function whole(value: JsonNode, bits: number, where: string): JsonNode {
  if (value.kind === 'number' && WHOLE.test(value.text)) {
    const number = BigInt(value.text)
    if (BigInt.asIntN(bits, number) === number) return value
  }
  throw new SchemaFault(`${where} is no int${bits}`)
}

function checked(value: JsonNode, kind: JsonNode['kind'], where: string): JsonNode {
  if (value.kind === kind) return value
  throw new SchemaFault(`${where} is no ${kind}`)
}

function convertArray(schema: JsonNode, value: JsonNode, where: string): JsonNode {
  const items = memberAt(schema, 'items')
  if (value.kind !== 'array' || !items) throw new SchemaFault(`${where} is no array with a schema`)
  return { kind: 'array', items: value.items.map((item) => convert(items, item, `${where}[]`)) }
}

/** With keys that are texts it is an object, else an array of pairs. */
function convertMap(schema: JsonNode, value: JsonNode, where: string): JsonNode {
  const keys = memberAt(schema, 'keys')
  const values = memberAt(schema, 'values')
  if (!keys || !values) throw new SchemaFault(`the schema of ${where} has no keys or values`)
  if (value.kind === 'object') {
    const members = [...value.members].map(
      ([name, item]) => [name, convert(values, item, `${where}.${name}`)] as const,
    )
    return { kind: 'object', members: new Map(members) }
  }
  if (value.kind !== 'array') throw new SchemaFault(`${where} is no map`)
  const items = value.items.map((pair): JsonNode => {
    const [key, item] = pair.kind === 'array' ? pair.items : []
    if (!key || !item) throw new SchemaFault(`${where} has an entry that is no pair`)
    return { kind: 'array', items: [convert(keys, key, where), convert(values, item, where)] }
  })
  return { kind: 'array', items }
}

function convertStruct(schema: JsonNode, value: JsonNode, where: string): JsonNode {
  const fields = memberAt(schema, 'fields')
  if (value.kind !== 'object' || fields?.kind !== 'array') {
    throw new SchemaFault(`${where} is no struct with fields`)
  }
  const members = fields.items.map((field) => {
    const name = textAt(field, 'field')
    if (name === undefined) throw new SchemaFault(`the schema of ${where} has a field of no name`)
    return [name, convert(field, value.members.get(name) ?? JSON_NULL, `field ${name}`)] as const
  })
  return { kind: 'object', members: new Map(members) }
}

function textAt(node: JsonNode, name: string): string | undefined {
  const found = memberAt(node, name)
  return found?.kind === 'string' ? found.value : undefined
}

/** Two records of the same text have the same schema. */
export function schemaText(schema: JsonNode): string {
  return writeJson(schema)
}
