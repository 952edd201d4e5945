import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFaultyDisk } from '../../../../test/support/faulty-disk.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import type { Disk } from '../../../base/disk.ts'
import { silentLogger } from '../../../base/logger.ts'
import { createSeededRandom } from '../../../base/random.ts'
import { nodeDisk } from '../../node-disk.ts'
import { describeLogEngine } from '../conformance.ts'
import type { LogEngine } from '../port.ts'
import type { SegmentLogSizes } from './segment-log.ts'
import { openSegmentLog } from './segment-log.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'headrace-log-'))
})
afterAll(() => rm(root, { recursive: true }))

const { clock, advance } = createVirtualClock()
const ID = { topic: 'a', partition: 0 }
const SMALL: Partial<SegmentLogSizes> = {
  slotBytes: 64 << 10,
  segmentBytes: 8 << 10,
  tailBytes: 4 << 10,
  flushBytes: 2 << 10,
  filesMax: 4,
}

function open(directory: string, sizes: Partial<SegmentLogSizes>, disk: Disk = nodeDisk) {
  return openSegmentLog({ disk, directory, clock, log: silentLogger, sizes, keyOf })
}

const keyOf = async (id: string) => createHash('sha256').update(id).digest()

function conform(name: string, sizes: Partial<SegmentLogSizes>): void {
  let count = 0
  const directories = new Map<LogEngine, string>()
  async function openIn(directory: string) {
    const log = await open(directory, sizes)
    directories.set(log, directory)
    return log
  }
  describeLogEngine({
    name,
    open: () => openIn(join(root, `${name}-${count++}`)),
    async reopen(log) {
      await log.close()
      return openIn(directories.get(log) ?? '')
    },
    advance,
    wallMs: clock.wallMs,
  })
}

conform('segment log', { slotBytes: 1 << 20 })
conform('segment log with small files', SMALL)

function values(count: number, sizeBytes: number, from = 0) {
  return Array.from({ length: count }, (_, index) => ({
    key: null,
    value: Buffer.alloc(sizeBytes, `${from + index}.`),
    timestampMs: clock.wallMs(),
  }))
}

describe('the segment log', () => {
  test('thousands of partitions share few open files and read back from disk', async () => {
    const faulty = createFaultyDisk(createSeededRandom(1))
    let openFiles = 0
    let openFilesMax = 0
    const disk: Disk = {
      ...faulty.disk,
      async open(path, options) {
        const file = await faulty.disk.open(path, options)
        openFilesMax = Math.max(openFilesMax, ++openFiles)
        const close = async () => {
          openFiles--
          await file.close()
        }
        return { ...file, close }
      },
    }
    const log = await open('/log', { ...SMALL, filesMax: 16, slotBytes: 1 << 20 }, disk)
    const ids = Array.from({ length: 2000 }, (_, partition) => ({ topic: 'many', partition }))
    await Promise.all(ids.map((id) => log.ensurePartition(id, { retentionMs: 1e9 })))
    for (const round of [0, 1]) {
      await Promise.all(ids.map((id) => log.append(id, values(1, 100, round))))
    }
    for (const id of ids) {
      const { records } = await log.read(id, { offset: 0, recordsMax: 10, bytesMax: 1000 })
      expect(records.length).toBe(2)
    }
    expect(openFilesMax).toBeLessThan(40)
    await log.close()
    expect(openFiles).toBe(0)
  })

  test('every offset and time is found, in whichever segment, before and after reopening', async () => {
    const directory = join(root, 'seek')
    let log = await open(directory, { ...SMALL, segmentBytes: 200 << 10 })
    await log.ensurePartition(ID, { retentionMs: 1e9 })
    const startMs = clock.wallMs()
    for (let index = 0; index < 500; index++) {
      await log.append(ID, values(2, 1000, index))
      await advance(10)
    }
    const check = async (count: number) => {
      for (const offset of [0, 1, 2, 333, 500, 501, 731, 998, 999]) {
        const { records } = await log.read(ID, { offset, recordsMax: 3, bytesMax: 1e6 })
        expect(records[0]?.offset).toBe(offset)
        expect(records.length).toBe(Math.min(3, count - offset))
        const timestampMs = startMs + Math.floor(offset / 2) * 10
        expect(records[0]?.timestampMs).toBe(timestampMs)
        expect(await log.offsetAt(ID, timestampMs - 5)).toBe(offset - (offset % 2))
      }
    }
    await check(1000)
    await log.close()
    log = await open(directory, SMALL)
    await check(1000)
    await log.append(ID, values(1, 10))
    await log.close()
    for (const name of await readdir(directory)) {
      if (name.endsWith('.index')) await rm(join(directory, name))
    }
    log = await open(directory, SMALL)
    await check(1001)
    await log.close()
  })

  test('retention by size removes whole segments and their files, the youngest stays', async () => {
    const directory = join(root, 'size')
    const log = await open(directory, SMALL)
    await log.ensurePartition(ID, { retentionMs: 1e12, retentionBytes: 20_000 })
    for (let index = 0; index < 100; index++) await log.append(ID, values(1, 1000, index))
    await advance(60_000)
    await expect.poll(async () => (await log.bounds(ID)).startOffset).toBeGreaterThan(50)
    const bounds = await log.bounds(ID)
    expect(bounds.endOffset).toBe(100)
    expect(bounds.sizeBytes).toBeGreaterThanOrEqual(20_000)
    expect(bounds.sizeBytes).toBeLessThan(32_000)
    const names = async () => (await readdir(directory)).filter((name) => name.endsWith('.log'))
    await expect.poll(async () => (await names()).length).toBeLessThan(6)
    await log.close()
  })

  test('a full medium refuses appends, serves reads, and takes appends again', async () => {
    const faulty = createFaultyDisk(createSeededRandom(2))
    const log = await open(
      '/log',
      { ...SMALL, slotsMax: 2, unwrittenBytesMax: 8 << 10 },
      faulty.disk,
    )
    await log.ensurePartition(ID, { retentionMs: 1e9 })
    await log.append(ID, values(3, 500))
    faulty.setSpace(0)
    const kinds: string[] = []
    for (let index = 0; index < 200; index++) {
      const append = log.append(ID, values(1, 900, index))
      kinds.push(
        await append.then(
          () => 'taken',
          (error) => error.kind,
        ),
      )
    }
    expect(kinds.at(-1)).toBe('full')
    const taken = 3 + kinds.filter((one) => one === 'taken').length
    expect((await log.bounds(ID)).endOffset).toBe(taken)
    expect((await log.read(ID, { offset: 0, recordsMax: 5, bytesMax: 1e6 })).records.length).toBe(5)
    faulty.setSpace(undefined)
    await advance(1000)
    expect(await log.append(ID, values(1, 900))).toEqual({ baseOffset: taken })
    await log.close()
  })

  test('after a failed sync the log takes nothing until it is opened again', async () => {
    const faulty = createFaultyDisk(createSeededRandom(3))
    let log = await open('/log', SMALL, faulty.disk)
    await log.ensurePartition(ID, { retentionMs: 1e9 })
    await log.append(ID, values(1, 10))
    faulty.fail('sync', 1)
    const unavailable = expect.objectContaining({ kind: 'unavailable' })
    await expect(log.append(ID, values(1, 10))).rejects.toEqual(unavailable)
    await expect(log.append(ID, values(1, 10))).rejects.toEqual(unavailable)
    expect((await log.read(ID, { offset: 0, recordsMax: 9, bytesMax: 99 })).records.length).toBe(1)
    log = await open('/log', SMALL, faulty.kill())
    await log.append(ID, values(1, 10))
    await log.close()
  })

  test('a batch whose bytes changed on the medium is never answered', async () => {
    const faulty = createFaultyDisk(createSeededRandom(4))
    let log = await open('/log', SMALL, faulty.disk)
    await log.ensurePartition(ID, { retentionMs: 1e9 })
    await log.append(ID, values(1, 1000))
    await log.close()
    const path = faulty.paths().find((one) => one.endsWith('.log')) ?? ''
    const file = await faulty.disk.open(path)
    await file.write([Buffer.from('?')], 500)
    log = await open('/log', SMALL, faulty.kill())
    const read = log.read(ID, { offset: 0, recordsMax: 1, bytesMax: 1 })
    await expect(read).rejects.toEqual(expect.objectContaining({ kind: 'corrupt' }))
    await log.close()
  })

  test('a lost segment is reported at the opening', async () => {
    const faulty = createFaultyDisk(createSeededRandom(5))
    const log = await open('/log', SMALL, faulty.disk)
    await log.ensurePartition(ID, { retentionMs: 1e9 })
    await log.append(ID, values(1, 1000))
    await log.close()
    const path = faulty.paths().find((one) => one.endsWith('.log')) ?? ''
    await faulty.disk.remove(path)
    const opening = open('/log', SMALL, faulty.kill())
    await expect(opening).rejects.toEqual(expect.objectContaining({ kind: 'corrupt' }))
  })
})
