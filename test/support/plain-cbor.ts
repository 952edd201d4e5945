/** CBOR (RFC 8949) of texts, bytes, small numbers, lists and objects: written apart from our own codec. */
export function plainCbor(value: unknown): Buffer {
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  if (typeof value === 'number') return head(0, value)
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(plainCbor)])
  const entries = Object.entries(value as object)
  return Buffer.concat([head(5, entries.length), ...entries.flat().map(plainCbor)])
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length])
  const bytes = Buffer.from([(major << 5) | 26, 0, 0, 0, 0])
  bytes.writeUInt32BE(length, 1)
  return bytes
}
