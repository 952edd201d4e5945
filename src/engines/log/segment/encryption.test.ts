import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { FaultyDisk } from '../../../../test/support/faulty-disk.ts'
import { createFaultyDisk } from '../../../../test/support/faulty-disk.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import type { Disk } from '../../../base/disk.ts'
import { silentLogger } from '../../../base/logger.ts'
import { createSeededRandom } from '../../../base/random.ts'
import { makeBatch, recordsOf } from '../batch-fixtures.ts'
import type { LogEngine, PartitionSettings } from '../port.ts'
import type { KeyOf } from './cipher.ts'
import { createCipher } from './cipher.ts'
import { createPartition } from './partition.ts'
import { openSegmentLog } from './segment-log.ts'

const ID = { topic: 'secret', partition: 0 }
const SETTINGS: PartitionSettings = { retentionMs: 1e13, keyIds: ['one'], segmentBytes: 500 }
const ROUND_MS = 1000
const SECRET = 'the plain text of a record'

const keyOf: KeyOf = async (id) => createHash('sha256').update(id).digest()
const { clock, advance } = createVirtualClock()

function open(disk: Disk, keys: KeyOf | undefined = keyOf): Promise<LogEngine> {
  const sizes = { slotBytes: 8192, tailBytes: 0, flushBytes: 0, retentionCheckMs: ROUND_MS }
  const options = { disk, directory: '/log', clock, log: silentLogger, sizes }
  return openSegmentLog({ ...options, ...(keys && { keyOf: keys }) })
}

/** How many files have the text in them. */
async function grep(faulty: FaultyDisk, disk: Disk): Promise<number> {
  let count = 0
  for (const path of faulty.paths()) {
    const file = await disk.open(path)
    const bytes = Buffer.alloc(await file.size())
    await file.read(bytes, 0)
    await file.close()
    if (bytes.includes(SECRET)) count++
  }
  return count
}

async function values(log: LogEngine): Promise<ReadonlyArray<string>> {
  const all: string[] = []
  for (let offset = 0; ; ) {
    const batch = await log.read(ID, { offset, recordsMax: 100, bytesMax: 1 << 20 })
    all.push(...batch.records.map(({ value }) => String(value)))
    if (batch.nextOffset === batch.endOffset) return all
    offset = batch.nextOffset
  }
}

test('nothing on the medium shows what is in an encrypted partition', async () => {
  const faulty = createFaultyDisk(createSeededRandom(1))
  let log = await open(faulty.disk)
  const compaction = { lagMsMin: 0, tombstoneMs: 0, dirtyRatioMin: 0, deletes: false }
  await log.ensurePartition(ID, { ...SETTINGS, compaction })
  const written: string[] = []
  for (let index = 0; index < 30; index++) {
    const value = `${SECRET} ${index}`
    const key = `${SECRET} as key ${index % 3}`
    written.push(value)
    const records = [{ key, value, timestampMs: clock.wallMs() }]
    if (index % 2 === 0) await log.batches?.append(ID, makeBatch({ records }))
    else await log.append(ID, [{ ...records[0], key, value: Buffer.from(value), timestampMs: 5 }])
  }
  expect(await values(log)).toEqual(written)
  await advance(5 * ROUND_MS)
  const compacted = await values(log)
  expect(compacted.length).toBeLessThan(15)
  expect(faulty.paths().some((path) => /-1\.log$/.test(path))).toBe(true)
  expect(await grep(faulty, faulty.disk)).toBe(0)
  log = await open(faulty.kill())
  expect(await values(log)).toEqual(compacted)
  await log.close()
  expect(await grep(faulty, faulty.kill())).toBe(0)
  log = await open(faulty.kill())
  // What is not encrypted from here on shows, so the search does find.
  await log.ensurePartition(ID, { ...SETTINGS, compaction, keyIds: ['one', ''] })
  await log.append(ID, [{ key: 'k', value: Buffer.from(SECRET), timestampMs: 5 }])
  expect(await grep(faulty, faulty.kill())).toBeGreaterThan(0)
})

test('with another key nothing is answered, and without keys nothing is opened', async () => {
  const faulty = createFaultyDisk(createSeededRandom(2))
  const log = await open(faulty.disk)
  await log.ensurePartition(ID, SETTINGS)
  await log.append(ID, [{ key: null, value: Buffer.from(SECRET), timestampMs: 5 }])
  await log.close()
  const other = await open(faulty.kill(), async () => Buffer.alloc(32))
  await expect(values(other)).rejects.toEqual(expect.objectContaining({ kind: 'corrupt' }))
  await other.close()
  const disk = faulty.kill()
  const sizes = { slotBytes: 8192 }
  const without = openSegmentLog({ disk, directory: '/log', clock, log: silentLogger, sizes })
  await expect(without).rejects.toEqual(expect.objectContaining({ kind: 'unsupported' }))
})

test('a key of a few bytes is refused', async () => {
  const faulty = createFaultyDisk(createSeededRandom(3))
  const log = await open(faulty.disk, async () => Buffer.from('short'))
  const ensuring = log.ensurePartition(ID, SETTINGS)
  await expect(ensuring).rejects.toEqual(expect.objectContaining({ kind: 'invalid' }))
  await log.close()
})

test('no two batches share a stretch of the key, even at one offset', async () => {
  const cipher = createCipher(keyOf)
  await cipher.load(SETTINGS)
  const zeros = (times: number) => makeBatch({ records: recordsOf(['\0'.repeat(40)], times) })
  const sealed = [0, 1, 2].flatMap((number) =>
    [5, 6].map((timestampMs) => {
      const batch = zeros(timestampMs)
      const partition = createPartition(number, ID, SETTINGS)
      const stored = cipher.seal(partition, batch)
      expect(stored.length).toBe(batch.length)
      const opened = cipher.open(partition, stored)
      expect(opened.subarray(61)).toEqual(batch.subarray(61))
      return stored.toString('hex', 61)
    }),
  )
  expect(new Set(sealed).size).toBe(6)
})
