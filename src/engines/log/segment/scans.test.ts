import { expect, test } from 'vitest'
import { EngineError } from '../../../base/errors.ts'
import type { Partition } from './partition.ts'
import { createPartition } from './partition.ts'
import type { Partitions } from './partitions.ts'
import { createScans } from './scans.ts'
import type { SegmentReader } from './segment-reader.ts'

const ID = { topic: 'a', partition: 0 }
const missing = new EngineError('not-found', 'the file is gone')

const first = createPartition(1, ID, { retentionMs: 1000 })

/** Reads from `first`, whose file is missing, and in whose place `next` is from then on. */
function readWhile(next: Partition) {
  let current = first
  const partitions = { get: () => current } as unknown as Partitions
  const scans = createScans({ partitions, reader: {} as SegmentReader })
  const numbers: number[] = []
  return scans.retrying(ID, async ({ number }) => {
    numbers.push(number)
    if (numbers.length > 1) return numbers
    current = next
    throw missing
  })
}

test('a read goes on in the partition that was made again in the place of a removed one', async () => {
  const again = createPartition(2, ID, { retentionMs: 1000 })
  expect(await readWhile(again)).toEqual([1, 2])
})

test('a file that is missing while nothing was taken away is damage', async () => {
  await expect(readWhile(first)).rejects.toEqual(expect.objectContaining({ kind: 'corrupt' }))
})
