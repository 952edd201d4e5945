import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { FaultyDisk } from '../../../../test/support/faulty-disk.ts'
import { createFaultyDisk } from '../../../../test/support/faulty-disk.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { silentLogger } from '../../../base/logger.ts'
import { createSeededRandom } from '../../../base/random.ts'
import { makeBatch } from '../batch-fixtures.ts'
import type { BatchLog, Compaction, LogEngine } from '../port.ts'
import { createKeyMap } from './key-map.ts'
import { readBatchHeader } from './record-batch.ts'
import type { SegmentLogSizes } from './segment-log.ts'
import { openSegmentLog } from './segment-log.ts'

const ID = { topic: 'compacted', partition: 0 }
const ROUND_MS = 1000
const COMPACTION: Compaction = {
  lagMsMin: 0,
  tombstoneMs: 60_000,
  dirtyRatioMin: 0,
  deletes: false,
}

interface Bench {
  readonly faulty: FaultyDisk
  readonly log: LogEngine
  readonly batches: BatchLog
  readonly advance: (ms: number) => Promise<void>
  /** One batch of one record in a segment of its own. */
  put(
    key: string,
    value: string | null,
    made?: Partial<Parameters<typeof makeBatch>[0]>,
  ): Promise<void>
  /** What a reader of records sees: offset, key and value. */
  contents(): Promise<ReadonlyArray<string>>
}

async function open(
  compaction = COMPACTION,
  sizes?: Partial<SegmentLogSizes>,
  faulty = createFaultyDisk(createSeededRandom(1)),
): Promise<Bench> {
  const { clock, advance } = createVirtualClock()
  const log = await openSegmentLog({
    disk: faulty.disk,
    directory: '/log',
    clock,
    log: silentLogger,
    sizes: { slotBytes: 8192, tailBytes: 0, flushBytes: 0, retentionCheckMs: ROUND_MS, ...sizes },
  })
  // A segment of one byte holds one batch.
  await log.ensurePartition(ID, { retentionMs: 1, segmentBytes: 1, compaction })
  const batches = log.batches as BatchLog
  return {
    faulty,
    log,
    batches,
    advance,
    async put(key, value, made) {
      const records = [{ key, value, timestampMs: clock.wallMs() }]
      await batches.append(ID, makeBatch({ records, ...made }))
    },
    async contents() {
      const all: string[] = []
      for (let offset = 0; ; ) {
        const batch = await log.read(ID, { offset, recordsMax: 100, bytesMax: 1 << 20 })
        for (const one of batch.records) {
          all.push(`${one.offset} ${one.key} ${one.value ?? 'gone'}`)
        }
        if (batch.nextOffset === batch.endOffset) return all
        offset = batch.nextOffset
      }
    },
  }
}

const segmentsOf = ({ faulty }: Bench) => faulty.paths().filter((path) => path.endsWith('.log'))

describe('a compacted partition', () => {
  test('keeps the last record of each key at its offset, and its newest segment as it is', async () => {
    const bench = await open()
    const { put, advance, contents } = bench
    for (const [key, value] of ['a1', 'b1', 'a2', 'c1', 'b2', 'a3', 'a4']) {
      await put(key ?? '', value ?? '')
    }
    await advance(3 * ROUND_MS)
    expect(await contents()).toEqual(['3 c 1', '4 b 2', '5 a 3', '6 a 4'])
    const { batches, sizeBytes } = await whole(bench)
    expect(batches.map((bytes) => readBatchHeader(bytes, 0)?.baseOffset)).toEqual([3, 4, 5, 6])
    expect((await bench.log.bounds(ID)).sizeBytes).toBe(sizeBytes)
    expect(await bench.log.bounds(ID)).toMatchObject({ startOffset: 0, endOffset: 7 })
    await put('z', '1')
    await advance(3 * ROUND_MS)
    expect(await contents()).toEqual(['3 c 1', '4 b 2', '6 a 4', '7 z 1'])
    expect(segmentsOf(bench)).toHaveLength(4)
    await bench.log.close()
  })

  test('keeps a tombstone for its time, and then nothing of the key', async () => {
    const bench = await open()
    const { put, advance, contents } = bench
    await put('a', '1')
    await put('a', null)
    await put('b', '1')
    await advance(3 * ROUND_MS)
    expect(await contents()).toEqual(['1 a gone', '2 b 1'])
    await put('b', '2')
    await advance(50_000)
    expect(await contents()).toEqual(['1 a gone', '2 b 1', '3 b 2'])
    await advance(20_000)
    await put('b', '3')
    await advance(3 * ROUND_MS)
    expect(await contents()).toEqual(['3 b 2', '4 b 3'])
    await bench.log.close()
  })

  test('leaves records alone that are younger than the lag', async () => {
    const bench = await open({ ...COMPACTION, lagMsMin: 30_000 })
    const { put, advance, contents } = bench
    for (const value of ['1', '2', '3']) await put('a', value)
    await advance(20_000)
    await put('a', '4')
    expect(await contents()).toHaveLength(4)
    await advance(12_000)
    expect(await contents()).toEqual(['2 a 3', '3 a 4'])
    await bench.log.close()
  })

  test('waits until enough of it is not compacted', async () => {
    const bench = await open({ ...COMPACTION, dirtyRatioMin: 0.5 })
    const { put, advance, contents } = bench
    for (const key of ['a', 'b', 'c', 'd', 'd']) await put(key, '1')
    await advance(3 * ROUND_MS)
    expect(await contents()).toHaveLength(5)
    for (const value of ['2', '3', '4']) await put('a', value)
    await advance(3 * ROUND_MS)
    expect(await contents()).toHaveLength(8)
    await put('a', '5')
    await advance(3 * ROUND_MS)
    expect(await contents()).toEqual(['1 b 1', '2 c 1', '4 d 1', '7 a 4', '8 a 5'])
    await bench.log.close()
  })

  test('leaves an open transaction alone, and drops an aborted one', async () => {
    const bench = await open()
    const { put, batches, advance, contents } = bench
    const producer = (sequence: number) => ({
      producer: [7, 0, sequence] as const,
      isTransactional: true,
    })
    const end = (commit: boolean) =>
      batches.endTransaction(ID, { producerId: 7, producerEpoch: 0, coordinatorEpoch: 0, commit })
    await put('a', '1')
    await put('b', '1')
    await put('a', 'aborted', producer(0))
    await end(false)
    await put('b', 'open', producer(1))
    await put('a', '2')
    await put('a', '3')
    await advance(3 * ROUND_MS)
    expect(await contents()).toEqual(['0 a 1', '1 b 1'])
    expect((await whole(bench)).batches).toHaveLength(6)
    await end(true)
    await put('c', '1')
    await advance(3 * ROUND_MS)
    expect(await contents()).toEqual(['4 b open', '6 a 3', '8 c 1'])
    // The markers stay as long as tombstones do, for readers who are in the middle of it.
    expect((await whole(bench)).batches).toHaveLength(5)
    await advance(70_000)
    await put('c', '2')
    await advance(3 * ROUND_MS)
    expect((await whole(bench)).batches).toHaveLength(4)
    expect((await whole(bench)).aborted).toEqual([])
    await bench.log.close()
  })

  test('keeps the marker of an aborted transaction as long as readers are told of it', async () => {
    // Memory has all of it, so that the transaction stays listed however often it is compacted.
    const bench = await open(COMPACTION, { tailBytes: 1 << 20 })
    const { put, batches, advance } = bench
    await put('a', 'aborted', { producer: [7, 0, 0], isTransactional: true })
    await batches.endTransaction(ID, {
      producerId: 7,
      producerEpoch: 0,
      coordinatorEpoch: 0,
      commit: false,
    })
    for (const value of ['1', '2', '3']) {
      await put('a', value)
      await advance(70_000)
    }
    await bench.log.close()
    const again = await open(COMPACTION, {}, bench.faulty)
    const { batches: kept, aborted } = await whole(again)
    expect(aborted).toEqual([{ producerId: 7, firstOffset: 0 }])
    expect(kept.map((bytes) => readBatchHeader(bytes, 0)?.baseOffset)).toEqual([1, 3, 4])
    await again.log.close()
  })

  test('keeps several records of a batch, compressed when they were', async () => {
    const bench = await open()
    const { batches, put, advance, contents } = bench
    const records = Array.from({ length: 60 }, (_, index) => ({
      key: `k${index % 30}`,
      value: `${index} `.repeat(20),
      timestampMs: 1000 + index,
    }))
    await batches.append(ID, makeBatch({ records, codec: 1, compress: gzipSync }))
    await put('k29', 'last')
    await put('other', '1')
    await advance(3 * ROUND_MS)
    // Compressing is real work, off the clock.
    await expect.poll(async () => (await contents()).length).toBe(31)
    const found = await contents()
    expect(found[0]).toMatch(/^30 k0 30 /)
    const read = await bench.log.read(ID, { offset: 0, recordsMax: 1, bytesMax: 1000 })
    expect(read).toMatchObject({ records: [{ offset: 30, timestampMs: 1030 }], nextOffset: 31 })
    const [first] = (await whole(bench)).batches
    expect(readBatchHeader(first ?? Buffer.alloc(0), 0)).toMatchObject({
      baseOffset: 0,
      endOffset: 60,
      recordCount: 29,
      attributes: 1,
      maxTimestampMs: 1058,
    })
    expect(await batches.offsetAt(ID, 1000)).toEqual({ offset: 30, timestampMs: 1030 })
    await bench.log.close()
  })

  test('with more keys than memory is for is compacted in several rounds', async () => {
    const bench = await open(COMPACTION, { compactionKeysMax: 3 })
    const { put, advance, contents } = bench
    for (let round = 0; round < 2; round++) {
      for (let key = 0; key < 10; key++) await put(`k${key}`, `${round}`)
    }
    await advance(10 * ROUND_MS)
    // The newest segment supersedes nothing yet.
    expect(await contents()).toHaveLength(11)
    await bench.log.close()
  })

  test('is read on by who was in the middle of it', async () => {
    const bench = await open()
    const { put, advance, contents, batches } = bench
    for (let index = 0; index < 60; index++) await put(`k${index % 5}`, `${index}`)
    const reads = Array.from({ length: 20 }, async (_, offset) => {
      const isolation = 'committed' as const
      const all: Buffer[] = []
      for (let at = offset; at < 60; ) {
        const read = await batches.read(ID, { offset: at, bytesMax: 200, isolation })
        all.push(...read.batches)
        at = readBatchHeader(read.batches.at(-1) ?? Buffer.alloc(0), 0)?.endOffset ?? 60
      }
      return all.length
    })
    await Promise.all([advance(3 * ROUND_MS), ...reads])
    expect(await contents()).toHaveLength(6)
    await bench.log.close()
  })

  test('takes no record without a key', async () => {
    const bench = await open()
    const invalid = expect.objectContaining({ kind: 'invalid' })
    const record = { key: null, value: null, timestampMs: 1 }
    await expect(bench.log.append(ID, [record])).rejects.toEqual(invalid)
    await expect(bench.batches.append(ID, makeBatch({ records: [record] }))).rejects.toEqual(
      invalid,
    )
    const zipped = makeBatch({ records: [record], codec: 1, compress: gzipSync })
    await expect(bench.batches.append(ID, zipped)).rejects.toEqual(invalid)
    await bench.log.close()
  })
})

test('a map of keys finds what it has room for', () => {
  const map = createKeyMap(1000)
  const key = (index: number) => Buffer.from(`key ${index}`)
  for (let index = 0; index < 1000; index++) expect(map.put(key(index), index)).toBe(true)
  expect(map.put(key(1000), 1)).toBe(false)
  expect(map.put(key(5), 5000)).toBe(true)
  for (let index = 0; index < 1000; index++) {
    expect(map.get(key(index))).toBe(index === 5 ? 5000 : index)
  }
  expect(map.get(key(1000))).toBe(undefined)
})

async function whole({ batches }: Bench) {
  const read = await batches.read(ID, { offset: 0, bytesMax: 1e6, isolation: 'uncommitted' })
  const { aborted } = await batches.read(ID, { offset: 0, bytesMax: 1e6, isolation: 'committed' })
  return { batches: read.batches, aborted, sizeBytes: Buffer.concat(read.batches).length }
}
