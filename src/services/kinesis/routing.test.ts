import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hexOf, numberOf } from './hash-key.ts'
import { createRouting } from './routing.ts'
import type { Shard, Stream } from './stream.ts'

const MAX = 2n ** 128n - 1n
const hash = fc.bigInt({ min: 0n, max: MAX })

/** A stream whose shards end at these hashes, and the last one at the end of all. */
function streamOf(ends: ReadonlyArray<bigint>): Stream {
  const sorted = [...new Set(ends)].sort((a, b) => (a < b ? -1 : 1)).filter((end) => end < MAX)
  const starts = [0n, ...sorted.map((end) => end + 1n)]
  const shards = starts.map((start, number): Shard => {
    const end = sorted[number] ?? MAX
    const [startHash, endHash] = [hexOf(start), hexOf(end)]
    return { number, startHash, endHash, createdMs: 0, parents: [] }
  })
  return { shards } as unknown as Stream
}

function isIn({ startHash, endHash }: Shard, value: bigint): boolean {
  return numberOf(startHash) <= value && value <= numberOf(endHash)
}

test('a record goes to the shard whose range holds the MD5 of its key, however close its border is', () => {
  const key = fc.string({ maxLength: 60, unit: 'grapheme' })
  const near = fc.bigInt({ min: -2n, max: 2n })
  fc.assert(
    fc.property(fc.array(hash, { maxLength: 20 }), key, near, (ends, partitionKey, distance) => {
      const md5 = BigInt(`0x${createHash('md5').update(partitionKey).digest('hex')}`)
      const stream = streamOf([...ends, md5 + distance].filter((end) => end >= 0n))
      expect(isIn(createRouting()(stream)({ partitionKey }), md5)).toBe(true)
    }),
    { seed: 1, numRuns: 2000 },
  )
})

test('an explicit hash key counts more than the key', () => {
  fc.assert(
    fc.property(fc.array(hash, { maxLength: 20 }), hash, (ends, value) => {
      const route = createRouting()(streamOf(ends))
      expect(isIn(route({ partitionKey: 'k', explicitHashKey: String(value) }), value)).toBe(true)
    }),
    { seed: 2, numRuns: 500 },
  )
})
