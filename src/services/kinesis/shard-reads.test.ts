import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import type { LogEngine, StoredRecord } from '../../engines/log/port.ts'
import { decodeSequenceNumber, offsetOf } from './sequence-number.ts'
import type { ShardAt } from './shard-reads.ts'
import { createShardReads } from './shard-reads.ts'
import type { Shard, Stream } from './stream.ts'
import { RETENTION_MS_ENDLESS, retentionMsOf, withRetentionMs } from './stream.ts'
import { millisBehindLatest } from './wire-record.ts'

const HOUR_MS = 3_600_000
const shard: Shard = { number: 0, startHash: '0', endHash: 'f', createdMs: 1e12, parents: [] }
const stream = {
  name: 'clicks',
  creationId: '00',
  retentionHours: 24,
  retentionMs: RETENTION_MS_ENDLESS,
  shards: [shard],
} as unknown as Stream
const key = { accountId: '000000000000', region: 'us-east-1', name: 'clicks' }
const at: ShardAt = { key, stream, shard }

function readsOf(records: ReadonlyArray<Partial<StoredRecord> & { readonly offset: number }>) {
  const { clock } = createVirtualClock()
  const endOffset = (records.at(-1)?.offset ?? -1) + 1
  const log = {
    bounds: async () => ({ startOffset: 0, endOffset, sizeBytes: 0 }),
    read: async () => ({
      records: records.map((record) => ({ key: null, value: null, timestampMs: 1e12, ...record })),
      nextOffset: endOffset,
      endOffset,
    }),
  } as unknown as LogEngine
  return createShardReads({ log, clock })
}

const request = { offset: 0, recordsMax: 100, bytesMax: 1e6 }

test('records keep the sequence numbers of their offsets where a transaction or compaction left gaps', async () => {
  const offsets = [0, 1, 5, 6, 7, 20]
  const { records } = await readsOf(offsets.map((offset) => ({ offset }))).read(at, request)
  const found = records.map(({ sequenceNumber }) => {
    const parts = decodeSequenceNumber(sequenceNumber)
    return parts && offsetOf(parts)
  })
  expect(found).toEqual(offsets)
})

test('what Kafka takes for a key, a value and a time has a form in Kinesis', async () => {
  const reads = readsOf([
    { offset: 0 },
    { offset: 1, key: Buffer.from([0xff, 0x00]), value: Buffer.from('v'), timestampMs: -1 },
    { offset: 2, key: Buffer.from('ключ \ufffd'), timestampMs: 2 ** 62 },
  ])
  const { records } = await reads.read(at, request)
  expect(records.map(({ partitionKey }) => partitionKey)).toEqual(['', '/wA=', 'ключ \ufffd'])
  expect(records.map(({ data }) => Buffer.from(data).toString())).toEqual(['', 'v', ''])
  expect(records.map(({ arrivalMs }) => arrivalMs)).toEqual([1e12, 0, 0xfffffffff * 1000])
  const numbers = records.map(({ sequenceNumber }) => sequenceNumber)
  expect(numbers.map((number) => decodeSequenceNumber(number)?.counter)).toEqual([1n, 2n, 3n])
  expect([...numbers].sort()).toEqual(numbers)
})

test('a retention in milliseconds is told in hours, rounded up, as far as there are some', () => {
  const told = (ms: number) => {
    const { retentionHours, retentionMs } = withRetentionMs(stream, ms)
    return { retentionHours, retentionMs }
  }
  expect(told(24 * HOUR_MS)).toEqual({ retentionHours: 24, retentionMs: undefined })
  expect(told(24 * HOUR_MS + 1)).toEqual({ retentionHours: 25, retentionMs: 24 * HOUR_MS + 1 })
  expect(told(1)).toEqual({ retentionHours: 1, retentionMs: 1 })
  expect(told(RETENTION_MS_ENDLESS)).toEqual({
    retentionHours: 8760,
    retentionMs: RETENTION_MS_ENDLESS,
  })
  expect(retentionMsOf(withRetentionMs(stream, 5 * HOUR_MS))).toBe(5 * HOUR_MS)
})

test('a topic that is compacted only keeps its records however old they are', () => {
  const compaction = { lagMsMin: 0, tombstoneMs: 0, dirtyRatioMin: 0.5, deletes: false }
  const compacted = { ...stream, topic: { configs: {}, settings: { compaction } } }
  expect(retentionMsOf({ ...compacted, retentionMs: 1 })).toBe(RETENTION_MS_ENDLESS)
})

test('a reader is led over what is no record, and is behind until nothing follows', async () => {
  const { clock } = createVirtualClock()
  const nowMs = clock.wallMs()
  const stored = { offset: 50, key: null, value: null, timestampMs: nowMs + 1000 }
  const log = {
    bounds: async () => ({ startOffset: 0, endOffset: 60, sizeBytes: 0 }),
    // Ten offsets a read, as where a transaction was aborted; one record is among them.
    read: async (_id: unknown, { offset }: { readonly offset: number }) => ({
      records: offset === 50 ? [stored] : [],
      nextOffset: offset + 10,
      endOffset: 60,
    }),
  } as unknown as LogEngine
  const batch = await createShardReads({ log, clock }).read(at, { ...request, offset: 0 })
  expect(batch.records.map(({ offset }) => offset)).toEqual([50])
  expect(batch).toMatchObject({ nextOffset: 60, endOffset: 60 })
  expect(millisBehindLatest(batch, nowMs)).toBe(0)
  // The record says that it is of tomorrow; a reader that stops at 0 must not stop here.
  expect(millisBehindLatest({ ...batch, endOffset: 61 }, nowMs)).toBe(1)
  expect(millisBehindLatest({ ...batch, endOffset: 61 }, nowMs + 5000)).toBe(4000)
  expect(millisBehindLatest({ ...batch, records: [], endOffset: 61 }, nowMs)).toBe(1)
})

test('a reader behind what an open transaction holds back waits there, and is not sent back', async () => {
  const reads = readsOf([{ offset: 0 }, { offset: 1 }])
  const read = await reads.read(at, { ...request, offset: 5 })
  expect(read.records).toEqual([])
  expect(read.nextOffset).toBe(5)
})
