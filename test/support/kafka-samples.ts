import type { Field, Fields, FieldType } from '../../src/wire/kafka/schema.ts'
import type { Message } from './kafka-arbitraries.ts'
import { fieldsOf } from './kafka-arbitraries.ts'

/**
 * One message of a kind that is always the same, to be held against recorded bytes. Names are their
 * own values. Lists have a full element and one in which all is null or left out that may be.
 */
export function sampleMessage(fields: Fields, version: number): Message {
  return sample(fields, version, true)
}

function sample(fields: Fields, version: number, full: boolean): Message {
  return Object.fromEntries(
    fieldsOf(fields, version)
      .filter(([, { options }]) => full || !('default' in options || options.tag !== undefined))
      .map(([name, field]) => [name, sampleField(name, field, version, full)]),
  )
}

function sampleField(name: string, { type, options }: Field, version: number, full: boolean) {
  const { nullable } = options
  const isNullable = nullable === true || (nullable !== undefined && version >= nullable)
  return isNullable && !full ? null : sampleValue(name, type, version, full)
}

function sampleValue(name: string, type: FieldType, version: number, full: boolean): unknown {
  const number = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0)
  switch (type.kind) {
    case 'struct':
      return sample(type.fields, version, full)
    case 'array':
      if (type.element.kind !== 'struct') return [sampleValue(name, type.element, version, full)]
      return [true, false].map((each) => sampleValue(name, type.element, version, each))
    case 'bool':
      return true
    case 'int8':
      return number % 100
    case 'int16':
      return -number
    case 'uint16':
      return number + 60_000
    case 'int32':
      return number * 1001
    case 'int64':
      return number * -(2 ** 40) + number
    case 'float64':
      return number / 16
    case 'uuid':
      return '00112233-4455-6677-8899-aabbccddeeff'
    case 'string':
      return name
    case 'bytes':
      return Buffer.from(name)
    case 'records':
      return [Buffer.from(name), Buffer.from('!')]
  }
}
