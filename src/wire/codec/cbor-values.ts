import type { Shape, StructureShape } from '../model/shape.ts'
import { bytesOf } from './base64.ts'
import { CborEncoder, CborTag } from './cbor.ts'
import type { Time } from './timestamps.ts'
import { timeFromMs, timeFromSeconds } from './timestamps.ts'
import type { TreeDialect } from './tree-reader.ts'
import { notScalar } from './tree-reader.ts'

/**
 * Unit of a timestamp (tag 1).
 * AWS: Kinesis and the Java SDK count milliseconds, against the RFC; rpc-v2-cbor counts seconds.
 */
export type CborTimeUnit = 'milliseconds' | 'seconds'

export function cborDialect(unit: CborTimeUnit): TreeDialect {
  const timeFrom = unit === 'milliseconds' ? timeFromMs : timeFromSeconds
  return {
    usesJsonName: false,
    readBlob(value) {
      if (!Buffer.isBuffer(value)) throw notScalar('a Blob', value)
      return value
    },
    readTime(value) {
      const count = value instanceof CborTag && value.tag === 1 ? value.value : value
      if (typeof count !== 'number') throw notScalar('milliseconds since epoch', count)
      return timeFrom(count)
    },
  }
}

/** Encodes an output, in pieces. Only members that the model knows are written. */
export function encodeCbor(
  shape: StructureShape,
  value: unknown,
  unit: CborTimeUnit,
): ReadonlyArray<Buffer> {
  const encoder = new CborEncoder()
  write(encoder, shape, value, unit)
  return encoder.finishPieces()
}

function write(encoder: CborEncoder, shape: Shape, value: unknown, unit: CborTimeUnit): void {
  if (value === null || value === undefined) {
    encoder.null()
    return
  }
  switch (shape.kind) {
    case 'string':
      encoder.text(String(value))
      break
    case 'number':
      encoder.number(Number(value))
      break
    case 'boolean':
      encoder.boolean(value === true)
      break
    case 'blob':
      encoder.blob(bytesOf(value))
      break
    case 'timestamp': {
      const ms = (value as Time).getTime()
      encoder.tag(1)
      encoder.number(unit === 'milliseconds' ? ms : ms / 1000)
      break
    }
    case 'document':
      writeAny(encoder, value)
      break
    case 'list':
      writeList(encoder, value as ReadonlyArray<unknown>, (item) => {
        write(encoder, shape.element.shape, item, unit)
      })
      break
    case 'map':
      writeMap(encoder, value, (item) => write(encoder, shape.value.shape, item, unit))
      break
    case 'structure': {
      const given = value as Readonly<Record<string, unknown>>
      const set = shape.members.filter(({ name }) => (given[name] ?? undefined) !== undefined)
      encoder.map(set.length)
      for (const { name, shape: target } of set) {
        encoder.text(name)
        write(encoder, target, given[name], unit)
      }
    }
  }
}

function writeList(
  encoder: CborEncoder,
  items: ReadonlyArray<unknown>,
  writeItem: (item: unknown) => void,
): void {
  encoder.array(items.length)
  for (const item of items) writeItem(item)
}

function writeMap(encoder: CborEncoder, map: object, writeItem: (item: unknown) => void): void {
  const entries = Object.entries(map).filter(([, item]) => item !== undefined)
  encoder.map(entries.length)
  for (const [key, item] of entries) {
    encoder.text(key)
    writeItem(item)
  }
}

/** A document: whatever JSON can hold. Also the body of an error that the model lacks. */
export function encodeAnyCbor(value: unknown): Buffer {
  const encoder = new CborEncoder()
  writeAny(encoder, value)
  return encoder.finish()
}

function writeAny(encoder: CborEncoder, value: unknown): void {
  if (typeof value === 'string') encoder.text(value)
  else if (typeof value === 'number') encoder.number(value)
  else if (typeof value === 'boolean') encoder.boolean(value)
  else if (Array.isArray(value)) writeList(encoder, value, (item) => writeAny(encoder, item))
  else if (typeof value !== 'object' || value === null) encoder.null()
  else writeMap(encoder, value, (item) => writeAny(encoder, item))
}
