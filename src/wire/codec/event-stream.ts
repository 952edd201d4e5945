import { crc32 } from 'node:zlib'

// application/vnd.amazon.eventstream, all numbers big endian:
//   u32 length of the message | u32 length of the headers | u32 CRC-32 of these 8 bytes
//   headers | payload | u32 CRC-32 of all before
// A header: u8 length, name, u8 type (7: text, 6: bytes), u16 length, value.

const textType = 7
const preludeSize = 12
const trailerSize = 4

/** One message, ready to be sent. */
export function encodeEvent(headers: Readonly<Record<string, string>>, payload: Buffer): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)))
  const size = preludeSize + head.length + payload.length + trailerSize
  const message = Buffer.allocUnsafe(size)
  message.writeUInt32BE(size, 0)
  message.writeUInt32BE(head.length, 4)
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8)
  head.copy(message, preludeSize)
  payload.copy(message, preludeSize + head.length)
  message.writeUInt32BE(crc32(message.subarray(0, size - trailerSize)), size - trailerSize)
  return message
}

function header(name: string, value: string): Buffer {
  const text = Buffer.from(value)
  const bytes = Buffer.allocUnsafe(1 + name.length + 3 + text.length)
  bytes[0] = name.length
  let at = 1 + bytes.write(name, 1, 'latin1')
  bytes[at++] = textType
  at = bytes.writeUInt16BE(text.length, at)
  text.copy(bytes, at)
  return bytes
}
