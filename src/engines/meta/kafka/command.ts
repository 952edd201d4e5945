import { EngineError } from '../../../base/errors.ts'
import type { MetaBatch } from '../port.ts'
import { createByteReader, createByteWriter } from './bytes.ts'

/** What a node asks all nodes to do, in the order of the topic of commands. */
export interface Command {
  /** Which node asks; its `number` is that node's own count. */
  readonly node: string
  readonly number: number
  /** Absent: the node wants to write a snapshot. */
  readonly batch?: MetaBatch
}

/** Longest key of the port. */
const KEY_BYTES_MAX = 1_900
const BATCH = 1
const CLAIM = 2

/*
 *     command = kind u8, node text, number u32, [batch]
 *     batch   = count u32, (key bytes, version u64)*,  count u32, (key bytes, value bytes)*,
 *               count u32, (key bytes)*
 *     bytes   = length u32, byte*
 */
export function encodeCommand({ node, number, batch }: Command): Buffer {
  const writer = createByteWriter()
  writer.uint8(batch ? BATCH : CLAIM)
  writer.bytes(Buffer.from(node))
  writer.uint32(number)
  if (!batch) return writer.finish()
  const { checks = [], puts = [], removals = [] } = batch
  writer.uint32(checks.length)
  for (const { key, version } of checks) {
    writer.bytes(sound(key))
    writer.uint64(version)
  }
  writer.uint32(puts.length)
  for (const { key, value } of puts) {
    writer.bytes(sound(key))
    writer.bytes(value)
  }
  writer.uint32(removals.length)
  for (const key of removals) writer.bytes(sound(key))
  return writer.finish()
}

/** Keys and values are views. Throws `corrupt` for bytes that no node wrote. */
export function decodeCommand(bytes: Buffer): Command {
  const reader = createByteReader(bytes)
  const kind = reader.uint8()
  const node = reader.bytes().toString()
  const number = reader.uint32()
  if (kind === CLAIM) return { node, number }
  if (kind !== BATCH) throw new EngineError('corrupt', `a command of the unknown kind ${kind}`)
  const list = <T>(read: () => T): T[] => Array.from({ length: reader.uint32() }, read)
  const checks = list(() => ({ key: reader.bytes(), version: reader.uint64() }))
  const puts = list(() => ({ key: reader.bytes(), value: reader.bytes() }))
  const removals = list(() => reader.bytes())
  return { node, number, batch: { checks, puts, removals } }
}

function sound(key: Uint8Array): Uint8Array {
  if (key.length > 0 && key.length <= KEY_BYTES_MAX) return key
  throw new EngineError('invalid', `a key has 1 to ${KEY_BYTES_MAX} bytes, not ${key.length}`)
}
