import { applySchema, schemaText } from './json-schema.ts'
import type { JsonNode } from './json-text.ts'
import { memberAt, parseJson } from './json-text.ts'

/** How keys or values of a topic are to be read. */
export interface Converter {
  readonly kind: 'string' | 'bytes' | 'json'
  /** Of `json`: each record brings its schema in an envelope. */
  readonly hasSchemas: boolean
}

/** A key or value as a connector works with it. */
export type SinkValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'text'; readonly text: string }
  /** `schema` is the text of the schema that came with it. */
  | { readonly kind: 'json'; readonly node: JsonNode; readonly schema?: string }

export type Converted =
  | { readonly value: SinkValue }
  /** Why the bytes are not what the converter reads. */
  | { readonly fault: string }

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const NULL: Converted = { value: { kind: 'null' } }

export function convertBytes(converter: Converter, bytes: Uint8Array | null): Converted {
  if (bytes === null) return NULL
  switch (converter.kind) {
    case 'bytes':
      return { value: { kind: 'bytes', bytes } }
    case 'string':
      // Java replaces what is no UTF-8 rather than to refuse it.
      return { value: { kind: 'text', text: Buffer.from(bytes).toString('utf8') } }
    case 'json':
      return convertJson(converter, bytes)
  }
}

function convertJson({ hasSchemas }: Converter, bytes: Uint8Array): Converted {
  const text = decode(bytes)
  const node = text === undefined ? undefined : parseJson(text)
  if (!node) return { fault: 'Converting byte[] to Kafka Connect data failed: it is no JSON.' }
  if (node.kind === 'null') return NULL
  if (!hasSchemas) return { value: { kind: 'json', node } }
  const schema = memberAt(node, 'schema')
  const payload = memberAt(node, 'payload')
  const isEnvelope = node.kind === 'object' && node.members.size === 2 && schema && payload
  if (!isEnvelope) {
    return {
      fault:
        'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields.',
    }
  }
  if (schema.kind === 'null') {
    return payload.kind === 'null' ? NULL : { value: { kind: 'json', node: payload } }
  }
  const applied = applySchema(schema, payload)
  if ('fault' in applied)
    return { fault: `The payload is not what its schema says: ${applied.fault}.` }
  if (applied.node.kind === 'null') return NULL
  return { value: { kind: 'json', node: applied.node, schema: schemaText(schema) } }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
