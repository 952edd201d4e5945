import { unsupported } from '../catalog-errors.ts'

/** The part of JSONPath that Glue's JSON classifiers are written in: `$.a['b'][*]`, `$[0]`. */
export type JsonPath = ReadonlyArray<string | number | typeof every>

const every = Symbol('*')

const stepPattern = /\.\*|\[\*\]|\[(\d+)\]|\.([\p{L}\p{N}_-]+)|\['([^']+)'\]|\["([^"]+)"\]/uy

/** Throws `InvalidInputException` for what is not built (filters, `..`). */
export function parseJsonPath(text: string): JsonPath {
  const path: (string | number | typeof every)[] = []
  if (!text.startsWith('$')) throw unsupported(`The JSON path ${text}`)
  let at = 1
  while (at < text.length) {
    stepPattern.lastIndex = at
    const step = stepPattern.exec(text)
    if (!step) throw unsupported(`The JSON path ${text}`)
    const [whole, index, name, single, double] = step
    at += whole.length
    const key = name ?? single ?? double
    path.push(key ?? (index === undefined ? every : Number(index)))
  }
  return path
}

/** The records that the path names in a document. */
export function selectValues(document: unknown, path: JsonPath): unknown[] {
  let values: unknown[] = [document]
  for (const step of path) values = values.flatMap((value) => stepInto(value, step))
  return values
}

function stepInto(value: unknown, step: string | number | typeof every): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if (step === every) return Array.isArray(value) ? value : Object.values(value)
  if (Array.isArray(value)) return typeof step === 'number' ? value.slice(step, step + 1) : []
  const member = (value as Readonly<Record<string, unknown>>)[step]
  return member === undefined ? [] : [member]
}
