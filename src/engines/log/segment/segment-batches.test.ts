import { describe, expect, test } from 'vitest'
import type { FaultyDisk } from '../../../../test/support/faulty-disk.ts'
import { createFaultyDisk } from '../../../../test/support/faulty-disk.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import type { Disk } from '../../../base/disk.ts'
import type { EngineError } from '../../../base/errors.ts'
import { silentLogger } from '../../../base/logger.ts'
import { createSeededRandom } from '../../../base/random.ts'
import { makeBatch, recordsOf } from '../batch-fixtures.ts'
import type { BatchLog, LogEngine } from '../port.ts'
import type { SegmentLogSizes } from './segment-log.ts'
import { openSegmentLog } from './segment-log.ts'

const { clock, advance } = createVirtualClock()
const ID = { topic: 'a', partition: 0 }
const SMALL: Partial<SegmentLogSizes> = {
  slotBytes: 64 << 10,
  segmentBytes: 8 << 10,
  tailBytes: 4 << 10,
  flushBytes: 2 << 10,
  filesMax: 4,
}

async function open(disk: Disk, sizes: Partial<SegmentLogSizes>) {
  const log = await openSegmentLog({ disk, directory: '/log', clock, log: silentLogger, sizes })
  return { log, batches: log.batches as BatchLog }
}

function batchOf(sizeBytes: number, sequence: number, producerId = 7): Buffer {
  const records = recordsOf(['x'.repeat(sizeBytes)], clock.wallMs())
  return makeBatch({ records, producer: [producerId, 0, sequence] })
}

const segmentsOf = (faulty: FaultyDisk) =>
  faulty.paths().filter((path) => path.endsWith('.log')).length

async function endOf(log: LogEngine): Promise<number> {
  return (await log.bounds(ID)).endOffset
}

describe('the segment log with batches', () => {
  test('an append has one batch of a producer at most, for there is one answer', async () => {
    const { log, batches } = await open(createFaultyDisk(createSeededRandom(3)).disk, SMALL)
    await log.ensurePartition(ID, { retentionMs: 1e13 })
    const plain = () => makeBatch({ records: recordsOf(['a']) })
    for (const producerId of [7, 8]) {
      const several = Buffer.concat([batchOf(10, 0), plain(), batchOf(10, 1, producerId)])
      const invalid = expect.objectContaining({ kind: 'invalid' })
      await expect(batches.append(ID, several)).rejects.toEqual(invalid)
    }
    expect(await endOf(log)).toBe(0)
    const one = Buffer.concat([plain(), batchOf(10, 0), plain()])
    expect(await batches.append(ID, one)).toEqual({ outcome: 'appended', baseOffset: 0 })
    expect(await endOf(log)).toBe(3)
    await log.close()
  })

  test('a full medium refuses batches, serves them, and takes them again where it left off', async () => {
    const faulty = createFaultyDisk(createSeededRandom(2))
    const sizes = { ...SMALL, slotsMax: 2, unwrittenBytesMax: 8 << 10 }
    const { log, batches } = await open(faulty.disk, sizes)
    await log.ensurePartition(ID, { retentionMs: 1e13 })
    faulty.setSpace(20_000)
    let sequence = 0
    let kind: string | undefined
    while (kind !== 'full' && sequence < 500) {
      const append = batches.append(ID, batchOf(900, sequence))
      kind = await append.then(
        ({ outcome }) => outcome,
        (error: EngineError) => error.kind,
      )
      expect(['appended', 'full']).toContain(kind)
      if (kind === 'appended') sequence++
    }
    expect(kind).toBe('full')
    expect(await endOf(log)).toBe(sequence)
    const read = await batches.read(ID, { offset: 0, bytesMax: 1e6, isolation: 'committed' })
    expect(Buffer.concat(read.batches).length).toBeGreaterThan(900 * sequence)
    const refused = batches.endTransaction(ID, {
      producerId: 8,
      producerEpoch: 0,
      coordinatorEpoch: 0,
      commit: true,
    })
    await expect(refused).rejects.toEqual(expect.objectContaining({ kind: 'full' }))
    faulty.setSpace(undefined)
    await advance(1000)
    const appended = { outcome: 'appended', baseOffset: sequence }
    expect(await batches.append(ID, batchOf(900, sequence))).toEqual(appended)
    const duplicate = { outcome: 'duplicate', baseOffset: sequence }
    expect(await batches.append(ID, batchOf(900, sequence))).toEqual(duplicate)
    await log.close()
  })

  test('a partition may have segments of its own size', async () => {
    const faulty = createFaultyDisk(createSeededRandom(3))
    const { log, batches } = await open(faulty.disk, { ...SMALL, segmentBytes: 1 << 20 })
    await log.ensurePartition(ID, { retentionMs: 1e13, segmentBytes: 6000 })
    for (let sequence = 0; sequence < 12; sequence++) {
      await batches.append(ID, batchOf(900, sequence))
    }
    await log.close()
    expect(segmentsOf(faulty)).toBe(4)
  })

  test('a partition may have segments of its own age, and loses them one by one', async () => {
    const faulty = createFaultyDisk(createSeededRandom(4))
    const { log, batches } = await open(faulty.disk, { ...SMALL, retentionCheckMs: 1000 })
    await log.ensurePartition(ID, { retentionMs: 100_000, segmentMs: 9_000 })
    for (let sequence = 0; sequence < 8; sequence++) {
      await batches.append(ID, batchOf(10, sequence))
      await advance(10_000)
    }
    expect(segmentsOf(faulty)).toBe(8)
    await advance(45_000)
    await expect.poll(async () => (await log.bounds(ID)).startOffset).toBe(3)
    await expect.poll(() => segmentsOf(faulty)).toBe(5)
    await log.close()
  })

  test('records without a time are kept from when they came', async () => {
    const faulty = createFaultyDisk(createSeededRandom(5))
    const { log, batches } = await open(faulty.disk, { ...SMALL, retentionCheckMs: 1000 })
    await log.ensurePartition(ID, { retentionMs: 100_000 })
    const records = [{ key: null, value: 'a', timestampMs: -1 }]
    await batches.append(ID, makeBatch({ records }))
    await advance(60_000)
    expect((await log.bounds(ID)).startOffset).toBe(0)
    await advance(60_000)
    await expect.poll(async () => (await log.bounds(ID)).startOffset).toBe(1)
    await log.close()
  })

  test('opening reads no segment, however many producers there are', async () => {
    const faulty = createFaultyDisk(createSeededRandom(3))
    let opened = await open(faulty.disk, SMALL)
    await opened.log.ensurePartition(ID, { retentionMs: 1e13 })
    for (let id = 0; id < 200; id++) await opened.batches.append(ID, batchOf(100, 0, id))
    await opened.log.close()
    const paths: string[] = []
    const disk = faulty.kill()
    const watched: Disk = {
      ...disk,
      open(path, options) {
        paths.push(path)
        return disk.open(path, options)
      },
    }
    opened = await open(watched, SMALL)
    expect(paths.filter((path) => path.endsWith('.log'))).toEqual([])
    expect(await opened.batches.producers(ID)).toHaveLength(200)
    const duplicate = { outcome: 'duplicate', baseOffset: 3 }
    expect(await opened.batches.append(ID, batchOf(100, 0, 3))).toEqual(duplicate)
    await opened.log.close()
  })
})
