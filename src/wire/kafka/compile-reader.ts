import type { StructPlan } from './field-rules.ts'
import { defaultsOf, planStruct } from './field-rules.ts'
import type { FrameReader } from './frame-reader.ts'
import type { Fields, FieldType, ScalarKind } from './schema.ts'

type ReadValue = (reader: FrameReader) => unknown

/** Reads the fields of a message, in one version. */
export type ReadMessage = (reader: FrameReader) => Record<string, unknown>

/** Made once for a message and a version: nothing of the schema is looked at while reading. */
export function compileReader(fields: Fields, version: number, flexible: boolean): ReadMessage {
  return structReader(fields, planStruct(fields, version, flexible))
}

function structReader(fields: Fields, plan: StructPlan): ReadMessage {
  const template = defaultsOf(fields)
  const plain = plan.plain.map((field) => ({
    name: field.name,
    read: valueReader(field.type, field.nullable, plan),
  }))
  const tagged = new Map(
    plan.tagged.map((field) => [
      field.tag,
      { name: field.name, read: valueReader(field.type, field.nullable, plan) },
    ]),
  )
  return (reader) => {
    // A copy of the template has one shape for all messages of its kind.
    const value = { ...template }
    for (const field of plain) value[field.name] = field.read(reader)
    if (!plan.flexible) return value
    if (tagged.size === 0) {
      reader.skipTags()
      return value
    }
    for (let left = reader.uvarint(); left > 0; left--) {
      const field = tagged.get(reader.uvarint())
      const size = reader.uvarint()
      if (field === undefined) reader.take(size)
      else value[field.name] = reader.within(size, field.read)
    }
    return value
  }
}

function valueReader(type: FieldType, nullable: boolean, plan: StructPlan): ReadValue {
  if (type.kind === 'array') return arrayReader(type.element, nullable, plan)
  if (type.kind !== 'struct') return scalarReaders(plan.flexible, nullable)[type.kind]
  const read = structReader(type.fields, planStruct(type.fields, plan.version, plan.flexible))
  return nullable ? (reader) => (reader.int8() < 0 ? null : read(reader)) : read
}

function arrayReader(element: FieldType, nullable: boolean, plan: StructPlan): ReadValue {
  const read = valueReader(element, false, plan)
  const bytesMin = Math.max(1, valueBytesMin(element, false, plan))
  const length = plan.flexible
    ? (reader: FrameReader) => reader.compactLength()
    : (reader: FrameReader) => reader.int32()
  return (reader) => {
    const count = length(reader)
    if (count === -1 && nullable) return null
    const list: unknown[] = []
    for (let left = reader.elements(count, bytesMin); left > 0; left--) list.push(read(reader))
    return list
  }
}

function scalarReaders(flexible: boolean, nullable: boolean): Record<ScalarKind, ReadValue> {
  const short: (reader: FrameReader) => number = flexible
    ? (reader) => reader.compactLength()
    : (reader) => reader.int16()
  const long: (reader: FrameReader) => number = flexible
    ? (reader) => reader.compactLength()
    : (reader) => reader.int32()
  const view: ReadValue = nullable
    ? (reader) => reader.viewOrNull(long(reader))
    : (reader) => reader.view(long(reader))
  return {
    bool: (reader) => reader.bool(),
    int8: (reader) => reader.int8(),
    int16: (reader) => reader.int16(),
    uint16: (reader) => reader.uint16(),
    int32: (reader) => reader.int32(),
    int64: (reader) => reader.int64(),
    float64: (reader) => reader.float64(),
    uuid: (reader) => reader.uuid(),
    string: nullable
      ? (reader) => reader.textOrNull(short(reader))
      : (reader) => reader.text(short(reader)),
    bytes: view,
    records: view,
  }
}

/** The fewest bytes that a value takes: what bounds the count of a list before it is read. */
function valueBytesMin(type: FieldType, nullable: boolean, plan: StructPlan): number {
  if (type.kind === 'array') return plan.flexible ? 1 : 4
  if (type.kind !== 'struct') return scalarBytesMin(type.kind, plan.flexible)
  if (nullable) return 1
  const { plain } = planStruct(type.fields, plan.version, plan.flexible)
  return plain.reduce(
    (sum, field) => sum + valueBytesMin(field.type, field.nullable, plan),
    plan.flexible ? 1 : 0,
  )
}

function scalarBytesMin(kind: ScalarKind, flexible: boolean): number {
  switch (kind) {
    case 'bool':
    case 'int8':
      return 1
    case 'int16':
    case 'uint16':
      return 2
    case 'int32':
      return 4
    case 'int64':
    case 'float64':
      return 8
    case 'uuid':
      return 16
    case 'string':
      return flexible ? 1 : 2
    case 'bytes':
    case 'records':
      return flexible ? 1 : 4
  }
}
