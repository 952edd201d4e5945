import { hash } from 'node:crypto'
import { HASH_KEY_MAX } from './limits.ts'

/*
 * A hash key is a number of 128 bits. It is kept as 32 hexadecimal digits, sent as decimal ones, and
 * compared while records are routed as a text of 16 characters, one a byte: the order is the same.
 */

/** The 16-character form of where a partition key belongs: its MD5. */
export function hashOfPartitionKey(partitionKey: string): string {
  return hash('md5', partitionKey, 'binary')
}

/** Undefined for a number beyond 128 bits. `decimal` has only digits. */
export function hashOfDecimal(decimal: string): string | undefined {
  const value = BigInt(decimal)
  return value > HASH_KEY_MAX ? undefined : compactHash(hexOf(value))
}

export function compactHash(hex: string): string {
  return Buffer.from(hex, 'hex').toString('latin1')
}

export function hexOf(value: bigint): string {
  return value.toString(16).padStart(32, '0')
}

export function numberOf(hex: string): bigint {
  return BigInt(`0x${hex}`)
}

export function decimalOf(hex: string): string {
  return numberOf(hex).toString()
}

/** `count` ranges of the same size that cover everything; the last one takes the rest. */
export function uniformRanges(
  count: number,
): ReadonlyArray<{ readonly startHash: string; readonly endHash: string }> {
  const size = (HASH_KEY_MAX + 1n) / BigInt(count)
  return Array.from({ length: count }, (_, index) => {
    const start = size * BigInt(index)
    const end = index === count - 1 ? HASH_KEY_MAX : start + size - 1n
    return { startHash: hexOf(start), endHash: hexOf(end) }
  })
}
