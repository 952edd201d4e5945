import type { ScalarShape } from '../model/shape.ts'
import { decodeBase64 } from './base64.ts'
import { MalformedInput, nestingMax, tooDeep } from './malformed-input.ts'
import type { Time } from './timestamps.ts'
import { timeFromSeconds, timeFromText } from './timestamps.ts'
import type { TreeDialect } from './tree-reader.ts'
import { notScalar } from './tree-reader.ts'

const quote = 0x22
const backslash = 0x5c

/** Parses a whole body. Refuses nesting beyond `nestingMax` before anything is built. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {}
  refuseDeepJson(body)
  try {
    return JSON.parse(body.toString())
  } catch {
    throw new MalformedInput('', { isSyntax: true })
  }
}

function refuseDeepJson(body: Buffer): void {
  let depth = 0
  for (let index = 0; index < body.length; index++) {
    const byte = body[index]
    if (byte === quote) {
      index = endOfString(body, index)
    } else if (byte === 0x7b || byte === 0x5b) {
      depth++
      if (depth > nestingMax) throw tooDeep()
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--
    }
  }
}

/** Where the string that opens at `start` ends; the end of the body when it does not. */
function endOfString(body: Buffer, start: number): number {
  let end = body.indexOf(quote, start + 1)
  while (end >= 0) {
    let first = end
    while (body[first - 1] === backslash) first--
    if ((end - first) % 2 === 0) return end
    end = body.indexOf(quote, end + 1)
  }
  return body.length
}

/** JSON as awsJson1.0 and 1.1 have it; with `jsonName`, as restJson1 has it. */
export function jsonDialect({ usesJsonName }: { readonly usesJsonName: boolean }): TreeDialect {
  return { usesJsonName, readBlob, readTime }
}

function readBlob(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw notScalar('a Blob', value)
  return decodeBase64(value)
}

function readTime(value: unknown, { format }: ScalarShape): Time {
  if (typeof value === 'number') return timeFromSeconds(value)
  if (typeof value !== 'string') throw notScalar('milliseconds since epoch', value)
  if (format === 'date-time' || format === 'http-date') return timeFromText(value, format)
  // AWS: Coral's text for text where a number of seconds belongs.
  throw new MalformedInput('STRING_VALUE can not be converted to milliseconds since epoch')
}
