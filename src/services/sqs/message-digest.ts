import { createHash } from 'node:crypto'
import type { MessageAttribute } from '../../base/event-target.ts'

export function md5Of(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

const TEXT = Buffer.of(1)
const BYTES = Buffer.of(2)

/** As the developer guide has it: names in order, each part behind its length; undefined of none. */
export function attributesMd5(
  attributes: Readonly<Record<string, MessageAttribute>>,
): string | undefined {
  const names = Object.keys(attributes).sort()
  if (names.length === 0) return undefined
  const hash = createHash('md5')
  const add = (part: Uint8Array) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(part.length)
    hash.update(length).update(part)
  }
  for (const name of names) {
    const { dataType = '', text, bytes } = attributes[name] ?? {}
    add(Buffer.from(name))
    add(Buffer.from(dataType))
    hash.update(bytes ? BYTES : TEXT)
    add(bytes ?? Buffer.from(text ?? ''))
  }
  return hash.digest('hex')
}

/** What counts against the limits of a message and of a batch. */
export function messageBytes(
  body: string,
  attributes: Readonly<Record<string, MessageAttribute>>,
): number {
  let size = Buffer.byteLength(body)
  for (const [name, { dataType, text, bytes }] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(dataType)
    size += bytes?.length ?? Buffer.byteLength(text ?? '')
  }
  return size
}
