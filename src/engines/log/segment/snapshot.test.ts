import { expect, test } from 'vitest'
import { createPartition } from './partition.ts'
import { createProducers, encodeMarker, noteBatch } from './producers.ts'
import type { BatchHeader } from './record-batch.ts'
import { readBatchHeader, stampBaseOffset, TRANSACTIONAL } from './record-batch.ts'
import { restoreProducers, snapshotProducers } from './snapshot.ts'

const ID = { topic: 'a', partition: 0 }
const NO_BYTES = Buffer.alloc(0)

function abortMarker(offset: number) {
  const end = { producerId: 7, producerEpoch: 0, coordinatorEpoch: 0, commit: false }
  const bytes = encodeMarker(end, 5)
  stampBaseOffset(bytes, offset)
  return { header: readBatchHeader(bytes, 0) as BatchHeader, bytes }
}

/** Producers with one transaction, open from offset 0 on. */
function inTransaction() {
  const producers = createProducers()
  const { header } = abortMarker(0)
  noteBatch(producers, { ...header, attributes: TRANSACTIONAL, baseSequence: 0 }, NO_BYTES, 1)
  return producers
}

test('a transaction that aborts while the snapshot is being written is not in it', () => {
  const producers = inTransaction()
  const snapshot = snapshotProducers(producers, 1)
  const { header, bytes } = abortMarker(1)
  noteBatch(producers, header, bytes, 1)
  expect(producers.aborted).toEqual([[7, 0, 1, 2]])
  expect(snapshot.aborted).toEqual([])
})

test('a marker behind the offset of a snapshot counts once, whatever the snapshot says', () => {
  const aborted = [[7, 0, 1, 2] as const]
  const partition = createPartition(1, ID, { retentionMs: 1000 })
  restoreProducers(partition, { ...snapshotProducers(inTransaction(), 1), aborted })
  const { producers } = partition
  const { header, bytes } = abortMarker(1)
  if (producers) noteBatch(producers, header, bytes, 1)
  expect(producers?.aborted).toEqual(aborted)

  restoreProducers(partition, { offset: 2, list: [], aborted })
  expect(partition.producers?.aborted).toEqual(aborted)
})
