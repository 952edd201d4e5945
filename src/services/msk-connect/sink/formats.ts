import type { SinkValue } from './converters.ts'
import { writeJson } from './json-text.ts'

/** How the records of an object are written. */
export type ObjectFormat =
  /** One JSON document a line. */
  | { readonly kind: 'json' }
  /** The bytes as they came, each record followed by the separator. */
  | { readonly kind: 'bytes'; readonly separator: string; readonly extension: string }

/** The bytes of one record in its object; undefined where the format cannot have it. */
export function encodeRecord(format: ObjectFormat, value: SinkValue): Buffer | undefined {
  if (format.kind === 'json') return Buffer.from(`${jsonOf(value)}\n`)
  if (value.kind !== 'bytes') return undefined
  return Buffer.concat([value.bytes, Buffer.from(format.separator)])
}

export function extensionOf(format: ObjectFormat, isGzip: boolean): string {
  return `${format.kind === 'json' ? '.json' : format.extension}${isGzip ? '.gz' : ''}`
}

function jsonOf(value: SinkValue): string {
  switch (value.kind) {
    case 'null':
      return 'null'
    case 'bytes':
      return JSON.stringify(Buffer.from(value.bytes).toString('base64'))
    case 'text':
      return JSON.stringify(value.text)
    case 'json':
      return writeJson(value.node)
  }
}
