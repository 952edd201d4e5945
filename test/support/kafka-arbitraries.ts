import fc from 'fast-check'
import type { KafkaApiName } from '../../src/wire/kafka/apis.ts'
import { kafkaApi, kafkaApis } from '../../src/wire/kafka/apis.ts'
import type { Field, Fields, FieldType, ScalarKind } from '../../src/wire/kafka/schema.ts'

/** Values for Kafka's messages, made from their schemas, and what must come out at the other side. */

export type Message = Record<string, unknown>

export interface ApiVersion {
  readonly name: KafkaApiName
  readonly version: number
}

export function allApiVersions(): ReadonlyArray<ApiVersion> {
  return (Object.keys(kafkaApis) as KafkaApiName[]).flatMap((name) => {
    const [first, last] = kafkaApi(name).versions
    return Array.from({ length: last - first + 1 }, (_, index) => ({
      name,
      version: first + index,
    }))
  })
}

/** A message as one writes it: fields of other versions are left out, and at times those with a default. */
export function anyMessage(fields: Fields, version: number): fc.Arbitrary<Message> {
  return fc.record(
    Object.fromEntries(
      fieldsOf(fields, version).map(([name, field]) => [name, anyField(field, version)]),
    ),
  )
}

/** What is read where `written` has been written. */
export function asRead(fields: Fields, version: number, written: Message): Message {
  const inVersion = new Set(fieldsOf(fields, version).map(([name]) => name))
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const value = inVersion.has(name) ? written[name] : undefined
      return [
        name,
        value === undefined ? defaultOf(field) : valueAsRead(field.type, version, value),
      ]
    }),
  )
}

export function fieldsOf(fields: Fields, version: number): [string, Field][] {
  return Object.entries(fields).filter(
    ([, { options }]) => version >= (options.since ?? 0) && version <= (options.until ?? version),
  )
}

function anyField({ type, options }: Field, version: number): fc.Arbitrary<unknown> {
  const { nullable } = options
  const isNullable = nullable === true || (nullable !== undefined && version >= nullable)
  const value = isNullable
    ? fc.option(anyValue(type, version), { nil: null, freq: 3 })
    : anyValue(type, version)
  const mayBeLeftOut = 'default' in options || options.tag !== undefined
  return mayBeLeftOut ? fc.option(value, { nil: undefined, freq: 3 }) : value
}

function anyValue(type: FieldType, version: number): fc.Arbitrary<unknown> {
  if (type.kind === 'array') return fc.array(anyValue(type.element, version), { maxLength: 3 })
  if (type.kind === 'struct') return anyMessage(type.fields, version)
  return scalars[type.kind]
}

const someBytes = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes))
/** Longer than what the codec copies. */
const manyBytes = fc.integer({ min: 0, max: 255 }).map((fill) => Buffer.alloc(1500, fill))

const scalars: Readonly<Record<ScalarKind, fc.Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  int8: fc.integer({ min: -128, max: 127 }),
  int16: fc.integer({ min: -32768, max: 32767 }),
  uint16: fc.integer({ min: 0, max: 65535 }),
  int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  int64: fc.maxSafeInteger(),
  float64: fc.double({ noNaN: true }),
  uuid: fc.oneof(fc.uuid(), fc.constant('00000000-0000-0000-0000-000000000000')),
  string: fc.oneof(
    { weight: 9, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
    { weight: 1, arbitrary: fc.string({ minLength: 100, maxLength: 300 }) },
  ),
  bytes: someBytes,
  records: fc.array(fc.oneof({ weight: 5, arbitrary: someBytes }, manyBytes), { maxLength: 3 }),
}

function valueAsRead(type: FieldType, version: number, value: unknown): unknown {
  if (value === null) return null
  if (type.kind === 'array') {
    return (value as unknown[]).map((element) => valueAsRead(type.element, version, element))
  }
  if (type.kind === 'struct') return asRead(type.fields, version, value as Message)
  if (type.kind === 'records') return Buffer.concat(value as Buffer[])
  return value
}

function defaultOf({ type, options }: Field): unknown {
  if ('default' in options) return options.default
  switch (type.kind) {
    case 'array':
      return []
    case 'struct':
      return asRead(type.fields, 0, {})
    case 'string':
      return ''
    case 'bytes':
      return Buffer.alloc(0)
    case 'records':
      return null
    case 'bool':
      return false
    case 'uuid':
      return '00000000-0000-0000-0000-000000000000'
    default:
      return 0
  }
}
