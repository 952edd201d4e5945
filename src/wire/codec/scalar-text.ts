import type { Limits } from '../model/data.ts'
import type { Shape, TimestampFormat } from '../model/shape.ts'
import { bytesOf, decodeBase64 } from './base64.ts'
import { excerpt, MalformedInput } from './malformed-input.ts'
import type { Time } from './timestamps.ts'
import { timeFromText, timeToText } from './timestamps.ts'

const wholeNumber = /^[+-]?\d+$/
const anyNumber = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|NaN|-?Infinity)$/

/**
 * Reads a scalar that came as text: a path label, a query parameter, a header, a form field or an
 * element. `timeFormat` is what a timestamp has where the model does not say.
 */
export function scalarFromText(
  shape: Shape,
  text: string,
  limits: Limits | undefined,
  timeFormat: TimestampFormat,
): unknown {
  switch (shape.kind) {
    case 'string':
      return text
    case 'number':
      return numberFromText(text.trim(), limits?.number)
    case 'boolean':
      if (/^\s*true\s*$/i.test(text)) return true
      if (/^\s*false\s*$/i.test(text)) return false
      throw new MalformedInput(`'${excerpt(text)}' can not be converted to an Boolean`)
    case 'timestamp':
      return timeFromText(text.trim(), shape.format ?? timeFormat)
    case 'blob':
      return decodeBase64(text.replace(/\s/g, ''))
    default:
      throw new MalformedInput('Text stands where a structure belongs')
  }
}

function numberFromText(text: string, kind: Limits['number']): number {
  const isWhole = kind === 'integer' || kind === 'long'
  if (!(isWhole ? wholeNumber : anyNumber).test(text)) {
    throw new MalformedInput(`'${excerpt(text)}' can not be converted to a number`)
  }
  return Number(text)
}

/** The inverse, for the answer. */
export function scalarToText(shape: Shape, value: unknown, timeFormat: TimestampFormat): string {
  if (shape.kind === 'blob') return bytesOf(value).toString('base64')
  if (shape.kind === 'timestamp') return timeToText(value as Time, shape.format ?? timeFormat)
  return String(value)
}
