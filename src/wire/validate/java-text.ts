import type { Limits } from '../model/data.ts'
import type { Shape } from '../model/shape.ts'
import { javaFraction } from './constraint.ts'

/** Beyond this a value is cut in messages; AWS would repeat a megabyte. */
const textLengthMax = 8192

/**
 * A value as Java writes it, since that is what AWS's messages show: `[a, b]`, `{key=value}`,
 * `Tag(key=a, value=null)`, `java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]`.
 */
export function javaText(shape: Shape, value: unknown, limits?: Limits): string {
  const text = write(shape, value, limits)
  return text.length > textLengthMax ? `${text.slice(0, textLengthMax)}…` : text
}

function write(shape: Shape, value: unknown, limits: Limits | undefined): string {
  if (value === undefined || value === null) return 'null'
  switch (shape.kind) {
    case 'blob': {
      const { length } = value as Uint8Array
      return `java.nio.HeapByteBuffer[pos=0 lim=${length} cap=${length}]`
    }
    case 'number': {
      const isFraction = limits?.number === 'float' || limits?.number === 'double'
      return isFraction ? javaFraction(Number(value)) : String(value)
    }
    case 'list': {
      const write = (item: unknown) => javaText(shape.element.shape, item, limits?.element)
      return `[${joined(value as ReadonlyArray<unknown>, write)}]`
    }
    case 'map': {
      const write = ([key, item]: [string, unknown]) =>
        `${key}=${javaText(shape.value.shape, item, limits?.value)}`
      return `{${joined(Object.entries(value), write)}}`
    }
    case 'structure': {
      const given = value as Readonly<Record<string, unknown>>
      const write = ({ name, shape: target, limits: inner }: (typeof shape.members)[number]) =>
        `${name.charAt(0).toLowerCase()}${name.slice(1)}=${javaText(target, given[name], inner)}`
      return `${shape.name}(${joined(shape.members, write)})`
    }
    default:
      return String(value)
  }
}

/** Stops writing once the text is longer than what will be shown. */
function joined<T>(items: ReadonlyArray<T>, write: (item: T) => string): string {
  let text = ''
  for (const [index, item] of items.entries()) {
    text += (index === 0 ? '' : ', ') + write(item)
    if (text.length > textLengthMax) break
  }
  return text
}
