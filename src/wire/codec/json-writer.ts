// Hot path: GetRecords answers are built here. `bench/wire.bench.ts` measures it.
import type { Member, ScalarShape, Shape, StructureShape } from '../model/shape.ts'
import { bytesOf } from './base64.ts'
import type { Time } from './timestamps.ts'

/** JSON text of an output value. Only members that the model knows are written. */
type WriteText = (value: unknown) => string

export interface JsonWriter {
  value(shape: Shape): WriteText
  /** A structure of some members only (those of a REST body). */
  members(members: ReadonlyArray<Member>): WriteText
}

/**
 * Compiled once a shape. Text is concatenated, because one `base64Slice` beside each blob costs half
 * of mapping to a tree and `JSON.stringify`.
 */
export function createJsonWriter({ usesJsonName }: { readonly usesJsonName: boolean }): JsonWriter {
  const known = new Map<Shape, WriteText>()

  const writerOf = (shape: Shape): WriteText => {
    switch (shape.kind) {
      case 'string':
        return writeString
      case 'number':
        return writeNumber
      case 'boolean':
        return (value) => (value ? 'true' : 'false')
      case 'blob':
        return (value) => `"${bytesOf(value).toString('base64')}"`
      case 'timestamp':
        return timeWriter(shape)
      case 'document':
        return (value) => JSON.stringify(value) ?? 'null'
      case 'list':
        return listWriter(shape.element)
      case 'map':
        return mapWriter(shape.value)
      case 'structure':
        return structure(shape)
    }
  }

  const listWriter = (element: Member): WriteText => {
    const write = writerOf(element.shape)
    return (value) => {
      let text = '['
      let separator = ''
      for (const item of value as Iterable<unknown>) {
        text += separator + (item === null || item === undefined ? 'null' : write(item))
        separator = ','
      }
      return `${text}]`
    }
  }

  const mapWriter = (target: Member): WriteText => {
    const write = writerOf(target.shape)
    return (value) => {
      let text = '{'
      let separator = ''
      for (const [key, item] of Object.entries(value as object)) {
        if (item === undefined) continue
        text += `${separator}${writeString(key)}:${item === null ? 'null' : write(item)}`
        separator = ','
      }
      return `${text}}`
    }
  }

  const structure = (shape: StructureShape): WriteText => {
    let write = known.get(shape)
    if (write === undefined) {
      write = members(shape.members)
      known.set(shape, write)
    }
    return write
  }

  const members = (chosen: ReadonlyArray<Member>): WriteText => {
    let compiled: ReadonlyArray<{ name: string; label: string; write: WriteText }> | undefined
    const compile = () =>
      chosen.map(({ name, shape, traits }) => ({
        name,
        label: `${JSON.stringify((usesJsonName && traits.jsonName) || name)}:`,
        write: writerOf(shape),
      }))
    return (value) => {
      compiled ??= compile()
      const given = value as Readonly<Record<string, unknown>>
      let text = '{'
      let separator = ''
      for (const { name, label, write } of compiled) {
        const item = given[name]
        if (item === undefined || item === null) continue
        text += separator + label + write(item)
        separator = ','
      }
      return `${text}}`
    }
  }

  return { value: writerOf, members }
}

// Also lone surrogates, which only JSON.stringify writes as valid text.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones JSON must escape.
const needsEscape = /["\\\u0000-\u001f\ud800-\udfff]/

function writeString(value: unknown): string {
  const text = String(value)
  return needsEscape.test(text) ? JSON.stringify(text) : `"${text}"`
}

function writeNumber(value: unknown): string {
  const number = Number(value)
  return Number.isFinite(number) ? String(number) : `"${number}"`
}

function timeWriter({ format }: ScalarShape): WriteText {
  if (format === 'date-time') return (value) => `"${(value as Time).toISOString()}"`
  if (format === 'http-date') return (value) => `"${(value as Time).toUTCString()}"`
  return (value) => String((value as Time).getTime() / 1000)
}
