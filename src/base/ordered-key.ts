import { assert } from './assert.ts'

/**
 * Order-preserving binary keys from tuples. Grammar, in the order of the code:
 *
 *     key    = part*
 *     part   = string | number
 *     string = 0x02 (byte, with 0x00 written as 0x00 0xff)* 0x00   compares as UTF-8 bytes
 *     number = 0x05 big-endian unsigned 64-bit                     0 … 2^53-1
 *
 * A prefix of a tuple is a byte prefix of its key, so `scan({ prefix })` walks a subtree in order.
 */
export type KeyPart = string | number

const STRING = 0x02
const NUMBER = 0x05
const END = Buffer.from([0])

/** A hot path: nearly every key is put together in one buffer, without pieces of its own. */
export function encodeKey(parts: ReadonlyArray<KeyPart>): Buffer {
  let size = 0
  for (const part of parts) size += typeof part === 'number' ? 9 : Buffer.byteLength(part) + 2
  const key = Buffer.allocUnsafe(size)
  let at = 0
  for (const part of parts) {
    if (typeof part === 'number') {
      key[at] = NUMBER
      at = key.writeBigUInt64BE(BigInt(part), at + 1)
      continue
    }
    if (part.includes('\0')) return Buffer.concat(parts.map(encodePart))
    key[at] = STRING
    at += 1 + key.write(part, at + 1)
    key[at++] = 0
  }
  return key
}

/** The parts of a key, or its first `count`; what follows those may be anything. */
export function decodeKey(key: Uint8Array, count = Number.POSITIVE_INFINITY): KeyPart[] {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength)
  const parts: KeyPart[] = []
  let at = 0
  while (at < bytes.length && parts.length < count) {
    if (bytes[at] === NUMBER) {
      parts.push(Number(bytes.readBigUInt64BE(at + 1)))
      at += 9
      continue
    }
    const end = stringEnd(bytes, at + 1)
    assert(bytes[at] === STRING && end > at, 'a key is made of strings and numbers')
    parts.push(unescapeZeros(bytes.subarray(at + 1, end)))
    at = end + 1
  }
  return parts
}

/** The first key behind every key that starts with `prefix`; undefined when there is none. */
export function afterPrefix(prefix: Uint8Array): Buffer | undefined {
  let length = prefix.length
  while (length > 0 && prefix[length - 1] === 0xff) length--
  if (length === 0) return undefined
  const next = Buffer.from(prefix.subarray(0, length))
  next[length - 1] = (next[length - 1] ?? 0) + 1
  return next
}

function encodePart(part: KeyPart): Buffer {
  if (typeof part === 'number') {
    const bytes = Buffer.alloc(9)
    bytes[0] = NUMBER
    bytes.writeBigUInt64BE(BigInt(part), 1)
    return bytes
  }
  const text = Buffer.from(part)
  const body = text.includes(0) ? escapeZeros(text) : text
  return Buffer.concat([Buffer.from([STRING]), body, END])
}

function escapeZeros(bytes: Buffer): Buffer {
  const out: number[] = []
  for (const byte of bytes) out.push(...(byte === 0 ? [0, 0xff] : [byte]))
  return Buffer.from(out)
}

function stringEnd(bytes: Buffer, from: number): number {
  let at = bytes.indexOf(0, from)
  while (bytes[at + 1] === 0xff) at = bytes.indexOf(0, at + 2)
  return at
}

function unescapeZeros(bytes: Buffer): string {
  if (!bytes.includes(0)) return bytes.toString('utf8')
  const out: number[] = []
  for (let at = 0; at < bytes.length; at++) {
    out.push(bytes[at] ?? 0)
    if (bytes[at] === 0) at++
  }
  return Buffer.from(out).toString('utf8')
}

/** Byte prefix of all keys that go on with a string starting with `partial`. */
export function encodeKeyPrefix(parts: ReadonlyArray<KeyPart>, partial: string): Buffer {
  const open = encodeKey([...parts, partial])
  return open.subarray(0, open.length - 1)
}
