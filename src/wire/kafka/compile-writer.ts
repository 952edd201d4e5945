import { assert } from '../../base/assert.ts'
import { InvariantError } from '../../base/errors.ts'
import type { FieldPlan, StructPlan } from './field-rules.ts'
import { planStruct } from './field-rules.ts'
import type { FrameWriter } from './frame-writer.ts'
import type { Fields, FieldType, ScalarKind } from './schema.ts'

/** The closures below are made for one field each: its type has been checked where it was written down. */
type WriteValue = (writer: FrameWriter, value: never) => void
type Message = Readonly<Record<string, unknown>>

/** Writes the fields of a message, in one version. Fields that the version lacks are left out. */
export type WriteMessage = (writer: FrameWriter, message: Message) => void

/** Made once for a message and a version: nothing of the schema is looked at while writing. */
export function compileWriter(fields: Fields, version: number, flexible: boolean): WriteMessage {
  return structWriter(planStruct(fields, version, flexible))
}

function structWriter(plan: StructPlan): WriteMessage {
  const plain = plan.plain.map((field) => ({ ...field, write: fieldWriter(field, plan) }))
  const tagged = plan.tagged.map((field) => {
    assert(field.type.kind !== 'records', 'records in a tagged field cannot be sent uncopied')
    return { ...field, write: fieldWriter(field, plan), isDefault: defaultTest(field, plan) }
  })
  const writeTags = (writer: FrameWriter, message: Message) => {
    const present = tagged.filter((field) => !field.isDefault(message[field.name]))
    writer.uvarint(present.length)
    for (const field of present) {
      writer.uvarint(field.tag)
      const from = writer.at
      field.write(writer, message[field.name])
      writer.sizeBefore(from)
    }
  }
  return (writer, message) => {
    for (const field of plain) {
      const value = message[field.name]
      if (value === undefined && field.required) {
        throw new InvariantError(`${field.name} is to be written and absent`)
      }
      field.write(writer, value === undefined ? field.default : value)
    }
    if (!plan.flexible) return
    if (tagged.length === 0) writer.uvarint(0)
    else writeTags(writer, message)
  }
}

function fieldWriter(
  field: FieldPlan,
  plan: StructPlan,
): (writer: FrameWriter, value: unknown) => void {
  const write = valueWriter(field.type, plan) as (writer: FrameWriter, value: unknown) => void
  const { name } = field
  if (!field.nullable) {
    return (writer, value) => {
      if (value === null) throw new InvariantError(`${name} is to be written and null`)
      write(writer, value)
    }
  }
  const writeNull = nullWriter(field.type, plan.flexible)
  const isStruct = field.type.kind === 'struct'
  return (writer, value) => {
    if (value === null) return writeNull(writer)
    if (isStruct) writer.int8(1)
    write(writer, value)
  }
}

function nullWriter(type: FieldType, flexible: boolean): (writer: FrameWriter) => void {
  if (type.kind === 'struct') return (writer) => writer.int8(-1)
  if (flexible) return (writer) => writer.uvarint(0)
  if (type.kind === 'string') return (writer) => writer.int16(-1)
  return (writer) => writer.int32(-1)
}

function valueWriter(type: FieldType, plan: StructPlan): WriteValue {
  if (type.kind === 'array') return arrayWriter(type.element, plan)
  if (type.kind !== 'struct') return scalarWriters(plan.flexible)[type.kind]
  return structWriter(planStruct(type.fields, plan.version, plan.flexible))
}

function arrayWriter(element: FieldType, plan: StructPlan): WriteValue {
  const write = valueWriter(element, plan) as (writer: FrameWriter, value: unknown) => void
  const length = lengthWriter(plan.flexible)
  return (writer, list: ReadonlyArray<unknown>) => {
    length(writer, list.length)
    for (const value of list) write(writer, value)
  }
}

function lengthWriter(flexible: boolean): (writer: FrameWriter, length: number) => void {
  return flexible
    ? (writer, length) => writer.uvarint(length + 1)
    : (writer, length) => writer.int32(length)
}

function scalarWriters(flexible: boolean): Record<ScalarKind, WriteValue> {
  const length = lengthWriter(flexible)
  return {
    bool: (writer, value: boolean) => writer.bool(value),
    int8: (writer, value: number) => writer.int8(value),
    int16: (writer, value: number) => writer.int16(value),
    uint16: (writer, value: number) => writer.uint16(value),
    int32: (writer, value: number) => writer.int32(value),
    int64: (writer, value: number) => writer.int64(value),
    float64: (writer, value: number) => writer.float64(value),
    uuid: (writer, value: string) => writer.uuid(value),
    string: flexible
      ? (writer, value: string) => writer.compactText(value)
      : (writer, value: string) => writer.text(value),
    bytes: (writer, value: Buffer) => {
      length(writer, value.length)
      writer.raw(value)
    },
    records: (writer, pieces: ReadonlyArray<Buffer>) => {
      let size = 0
      for (const piece of pieces) size += piece.length
      length(writer, size)
      writer.insert(pieces, size)
    },
  }
}

/** Whether a value is the default, which a tagged field is not written for. */
function defaultTest(field: FieldPlan, plan: StructPlan): (value: unknown) => boolean {
  const isDefault = valueTest(field, plan)
  return (value) => value === undefined || isDefault(value)
}

function valueTest({ type, default: standard }: FieldPlan, plan: StructPlan) {
  if (standard === null) return (value: unknown) => value === null
  if (type.kind === 'array' || type.kind === 'bytes') {
    return (value: unknown) => (value as ReadonlyArray<unknown> | Buffer).length === 0
  }
  if (type.kind !== 'struct') return (value: unknown) => value === standard
  const inner = planStruct(type.fields, plan.version, plan.flexible)
  const tests = [...inner.plain, ...inner.tagged].map((field) => ({
    name: field.name,
    isDefault: defaultTest(field, plan),
  }))
  return (value: unknown) =>
    tests.every(({ name, isDefault }) => isDefault((value as Message)[name]))
}
