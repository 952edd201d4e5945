import { excerpt, MalformedInput } from './malformed-input.ts'

const letterEquals = 0x3d

/** How many `=` end the text whose last two characters are given. */
export function paddingOf(beforeLast: number, last: number): 0 | 1 | 2 {
  if (last !== letterEquals) return 0
  return beforeLast === letterEquals ? 2 : 1
}

/**
 * Whether the last letter before the padding has bits that no byte takes: Java's strict decoder, and
 * so AWS, refuses `QR==`, where only `QQ==` is right.
 */
export function hasSpareBits(letter: number, padding: 0 | 1 | 2): boolean {
  if (padding === 0) return false
  return (sixBits(letter) & (padding === 2 ? 0b1111 : 0b11)) !== 0
}

function sixBits(letter: number): number {
  if (letter >= 0x61) return letter - 0x61 + 26
  if (letter >= 0x41) return letter - 0x41
  if (letter >= 0x30) return letter - 0x30 + 52
  return letter === 0x2b ? 62 : 63
}

/** Strict base64 (no white space, no URL-safe letters, padded), with AWS's texts for what is wrong. */
export function decodeBase64(text: string): Buffer {
  const { length } = text
  if (length === 0) return Buffer.alloc(0)
  const padding = paddingOf(text.charCodeAt(length - 2), text.charCodeAt(length - 1))
  const bytes = Buffer.from(text, 'base64')
  const isExact = length % 4 === 0 && bytes.length === (length / 4) * 3 - padding
  if (!isExact || text.includes('-') || text.includes('_')) throw notBase64(text)
  if (hasSpareBits(text.charCodeAt(length - 1 - padding), padding)) throw notBase64(text)
  return bytes
}

// AWS: texts as recorded by kinesalite (validations/index.js), typing mistake included.
function notBase64(text: string): MalformedInput {
  const { length } = text
  let why = 'Invalid last non-pad Base64 character dectected'
  const foreign = /[^a-zA-Z0-9+/=]|=[^=]/.exec(text)
  if (length % 4 !== 0) {
    why = `Base64 encoded length is expected a multiple of 4 bytes but found: ${length}`
  } else if (foreign) {
    why = `Invalid Base64 character: '${foreign[0][0]}'`
  }
  return new MalformedInput(`'${excerpt(text)}' can not be converted to a Blob: ${why}`)
}

/** Bytes of an output blob, which a handler may also give as text. */
export function bytesOf(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.from(value)
  if (Buffer.isBuffer(value)) return value
  const { buffer, byteOffset, byteLength } = value as Uint8Array
  return Buffer.from(buffer, byteOffset, byteLength)
}
