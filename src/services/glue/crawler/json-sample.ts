import type { HiveType } from '../hive-type.ts'
import type { JsonPath } from './json-path.ts'
import { selectValues } from './json-path.ts'
import type { Field } from './schema-types.ts'
import { mergeFields, mergeTypes, primitive, unknownType } from './schema-types.ts'

/** What the beginning of a JSON object told: the columns of its records. */
export interface JsonSample {
  readonly fields: ReadonlyArray<Field>
  readonly records: number
  /** Bytes of the text that these records took. */
  readonly bytes: number
}

const DEPTH_MAX = 100
const INT_MAX = 2 ** 31
const BIGINT_MAX = 2 ** 63

/**
 * Reads the values that stand one after the other in `text` (NDJSON, or documents on many lines)
 * and merges their types. A value that the end of a sample cut off is left out. Undefined when the
 * text is not JSON. Without `path` a document that is a list makes one column `array`, as Glue's
 * classifier does; with it, each selected value is a record.
 */
export function sampleJson(
  text: string,
  complete: boolean,
  path?: JsonPath,
): JsonSample | undefined {
  let fields: Field[] = []
  let records = 0
  let bytes = 0
  for (const { value, end } of topValues(text, complete)) {
    if (value === malformed) return undefined
    for (const record of path ? selectValues(value, path) : [value]) {
      const found = fieldsOf(record)
      if (!found) return undefined
      fields = mergeFields(fields, found)
      records++
    }
    bytes = end
  }
  return records > 0 ? { fields, records, bytes } : undefined
}

const malformed = Symbol('malformed')

/** Every whole value at the top of the text, with the position behind it. */
function* topValues(
  text: string,
  complete: boolean,
): Iterable<{ readonly value: unknown; readonly end: number }> {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  for (;;) {
    while (at < text.length && /[\s,]/.test(text[at] ?? '')) at++
    if (at >= text.length) return
    const end = valueEnd(text, at)
    if (end === undefined) {
      if (complete) yield { value: malformed, end: at }
      return
    }
    yield { value: parsed(text.slice(at, end)), end }
    at = end
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return malformed
  }
}

/** The position behind the object or list that starts at `from`; undefined when it has no end. */
function valueEnd(text: string, from: number): number | undefined {
  if (text[from] !== '{' && text[from] !== '[') return undefined
  let depth = 0
  let inText = false
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x5c) at++
    else if (code === 0x22) inText = !inText
    else if (inText) continue
    else if (code === 0x7b || code === 0x5b) depth++
    else if ((code === 0x7d || code === 0x5d) && --depth === 0) return at + 1
  }
  return undefined
}

function fieldsOf(record: unknown): Field[] | undefined {
  if (Array.isArray(record)) return [{ name: 'array', type: typeOfValue(record, 0) }]
  if (typeof record !== 'object' || record === null) return undefined
  const fields: Field[] = []
  for (const [name, value] of Object.entries(record)) {
    fields.push({ name, type: typeOfValue(value, 0) })
  }
  return fields
}

function typeOfValue(value: unknown, depth: number): HiveType {
  if (value === null || value === undefined) return unknownType
  if (depth > DEPTH_MAX) return primitive('string')
  if (typeof value === 'boolean') return primitive('boolean')
  if (typeof value === 'number') return typeOfNumber(value)
  if (Array.isArray(value)) {
    const elements = value.map((element) => typeOfValue(element, depth + 1))
    return { kind: 'array', element: elements.reduce(mergeTypes, unknownType) }
  }
  if (typeof value !== 'object') return primitive('string')
  const fields = Object.entries(value).map(([name, member]) => ({
    name,
    type: typeOfValue(member, depth + 1),
  }))
  return fields.length > 0 ? { kind: 'struct', fields } : unknownType
}

function typeOfNumber(value: number): HiveType {
  if (!Number.isInteger(value)) return primitive('double')
  if (value >= -INT_MAX && value < INT_MAX) return primitive('int')
  return primitive(Math.abs(value) < BIGINT_MAX ? 'bigint' : 'double')
}
