import { gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { makeBatch, placed, recordsOf, sealed } from './batch-fixtures.ts'
import type { LogAdapter } from './conformance.ts'
import { ended, ID, SETTINGS, testBatches, values, whole } from './conformance-bench.ts'
import { endsTransactions, keepsTransactions, knowsProducers } from './conformance-producers.ts'

const kind = (expected: string) => expect.objectContaining({ kind: expected, name: 'EngineError' })

/** What every adapter with `capabilities.batches` must keep. */
export function describeBatchLog(adapter: LogAdapter): void {
  carriesBatches(adapter)
  refusesBrokenBatches(adapter)
  findsBatches(adapter)
  knowsProducers(adapter)
  keepsTransactions(adapter)
  endsTransactions(adapter)
}

function carriesBatches(adapter: LogAdapter): void {
  testBatches(
    adapter,
    'batches come back byte for byte, at their offsets',
    async ({ log, batches }) => {
      const given = [
        makeBatch({ records: recordsOf(['a', 'b']) }),
        makeBatch({ records: recordsOf(['c'.repeat(5000)]) }),
        makeBatch({ records: recordsOf(['d', 'e', 'f']), codec: 1, compress: gzipSync }),
      ]
      const both = Buffer.concat(given.slice(0, 2))
      expect(await batches.append(ID, both)).toEqual({ outcome: 'appended', baseOffset: 0 })
      const third = Buffer.from(given[2] ?? '')
      expect(await batches.append(ID, third)).toEqual({ outcome: 'appended', baseOffset: 3 })
      const expected = given.map((batch, index) => placed(batch, [0, 2, 3][index] ?? 0))
      const read = await whole(batches, 0, 'committed')
      expect(Buffer.concat(read.batches)).toEqual(Buffer.concat(expected))
      const bounds = { startOffset: 0, endOffset: 6, stableOffset: 6 }
      expect(read).toMatchObject({ ...bounds, aborted: [] })
      expect(await batches.bounds(ID)).toEqual(bounds)
      expect(await values(log)).toEqual(['a', 'b', 'c'.repeat(5000), 'd', 'e', 'f'])
      expect(await values(log, 4)).toEqual(['e', 'f'])
      const within = await whole(batches, 4, 'committed')
      expect(Buffer.concat(within.batches)).toEqual(expected[2])
    },
  )

  testBatches(
    adapter,
    'a read of batches keeps its limit, but never answers nothing',
    async (opened) => {
      const { batches } = opened
      for (const value of ['a', 'b', 'c']) {
        await batches.append(ID, makeBatch({ records: recordsOf([value.repeat(1000)]) }))
      }
      const counts: number[] = []
      for (const bytesMax of [1, 3000, 5000, 1 << 20]) {
        const read = await batches.read(ID, { offset: 0, bytesMax, isolation: 'uncommitted' })
        counts.push(Buffer.concat(read.batches).length)
      }
      const sizeBytes = counts[0] ?? 0
      expect(counts).toEqual([sizeBytes, sizeBytes, 2 * sizeBytes, 3 * sizeBytes])
      expect((await whole(batches, 3, 'uncommitted')).batches).toEqual([])
      await expect(whole(batches, 4, 'uncommitted')).rejects.toEqual(kind('invalid'))
    },
  )

  testBatches(
    adapter,
    'both views show what the other one wrote, in order',
    async ({ log, batches }) => {
      const value = Buffer.from('record')
      const appends = Array.from({ length: 40 }, async (_, index) => {
        if (index % 2 === 0) {
          return (await log.append(ID, [{ key: null, value, timestampMs: 1 }])).baseOffset
        }
        const made = makeBatch({ records: recordsOf([`${index}.0`, `${index}.1`]) })
        const appended = await batches.append(ID, made)
        return appended.outcome === 'appended' ? appended.baseOffset : -1
      })
      const offsets = await Promise.all(appends)
      const stored = await values(log)
      expect(stored.length).toBe(60)
      for (const [index, offset] of offsets.entries()) {
        const own = index % 2 === 0 ? ['record'] : [`${index}.0`, `${index}.1`]
        expect(stored.slice(offset, offset + own.length)).toEqual(own)
      }
    },
  )

  testBatches(
    adapter,
    'the time of arrival can be that of all records',
    async ({ log, batches }) => {
      const made = makeBatch({ records: recordsOf(['a', 'b'], 5) })
      await batches.append(ID, made, { appendTimeMs: 7000 })
      const read = await log.read(ID, { offset: 0, recordsMax: 9, bytesMax: 1000 })
      expect(read.records.map(({ timestampMs }) => timestampMs)).toEqual([7000, 7000])
      expect(await log.offsetAt(ID, 6999)).toBe(0)
      expect(await log.offsetAt(ID, 7001)).toBe(2)
    },
  )
}

function refusesBrokenBatches(adapter: LogAdapter): void {
  testBatches(
    adapter,
    'of an append with a broken batch nothing is taken',
    async ({ log, batches }) => {
      const sound = () => makeBatch({ records: recordsOf(['a', 'b']), producer: [7, 0, 0] })
      const changed = (at: number, byte: number, isSealed = true) => {
        const batch = sound()
        batch[at] = byte
        return isSealed ? sealed(batch) : batch
      }
      const broken: Buffer[] = [
        Buffer.alloc(0),
        sound().subarray(0, -1),
        Buffer.concat([sound(), Buffer.from([0])]),
        changed(65, 1, false),
        changed(16, 1),
        changed(22, 0x20),
        changed(22, 0x08),
        changed(22, 0x07),
        changed(26, 0),
        changed(60, 1),
        changed(61, 0x7f),
        changed(53, 0x80),
      ]
      for (const batch of broken) {
        await expect(batches.append(ID, batch)).rejects.toEqual(kind('corrupt'))
        const behind = Buffer.concat([sound(), batch])
        if (batch.length > 0)
          await expect(batches.append(ID, behind)).rejects.toEqual(kind('corrupt'))
      }
      expect(await batches.append(ID, sound())).toEqual({ outcome: 'appended', baseOffset: 0 })
      expect(await values(log)).toEqual(['a', 'b'])
    },
  )

  testBatches(
    adapter,
    'batches for a partition that takes none are refused as records are',
    async (opened) => {
      const { log, batches } = opened
      const made = () => makeBatch({ records: recordsOf(['a']) })
      const other = { topic: 'other', partition: 0 }
      await expect(batches.append(other, made())).rejects.toEqual(kind('not-found'))
      await expect(batches.bounds(other)).rejects.toEqual(kind('not-found'))
      await log.ensurePartition(ID, { ...SETTINGS, closed: true })
      await expect(batches.append(ID, made())).rejects.toEqual(kind('conflict'))
      expect(await batches.endTransaction(ID, ended([7, 0], true))).toBe('ended')
      expect((await batches.bounds(ID)).endOffset).toBe(0)
    },
  )

  testBatches(
    adapter,
    'readers of records step over what cannot be decompressed',
    async (opened) => {
      const { log, batches } = opened
      await batches.append(ID, makeBatch({ records: recordsOf(['a']) }))
      const damaged = makeBatch({
        records: recordsOf(['lost']),
        codec: 1,
        compress: () => Buffer.from('no gzip'),
      })
      await batches.append(ID, damaged)
      await batches.append(ID, makeBatch({ records: recordsOf(['b']) }))
      expect(await values(log)).toEqual(['a', 'b'])
      expect(Buffer.concat((await whole(batches, 1, 'committed')).batches).length).toBeGreaterThan(
        60,
      )
    },
  )
}

function findsBatches(adapter: LogAdapter): void {
  testBatches(adapter, 'times are found in batches, the greatest too', async ({ log, batches }) => {
    expect(await batches.offsetAt(ID, 0)).toBe(undefined)
    expect(await batches.maxTimestamp(ID)).toBe(undefined)
    await batches.append(ID, makeBatch({ records: recordsOf(['a', 'b'], 100) }))
    const zipped = { records: recordsOf(['c', 'd'], 300), codec: 1, compress: gzipSync }
    await batches.append(ID, makeBatch(zipped))
    await batches.append(ID, makeBatch({ records: recordsOf(['e'], 200) }))
    expect(await batches.offsetAt(ID, 101)).toEqual({ offset: 1, timestampMs: 101 })
    expect(await batches.offsetAt(ID, 200)).toEqual({ offset: 2, timestampMs: 300 })
    expect(await batches.offsetAt(ID, 302)).toBe(undefined)
    expect(await batches.maxTimestamp(ID)).toEqual({ offset: 3, timestampMs: 301 })
    expect(await log.offsetAt(ID, 301)).toBe(3)
    await batches.append(ID, makeBatch({ records: recordsOf(['f'], 900) }))
    await batches.append(ID, makeBatch({ records: recordsOf(['g'], 5) }))
    await log.trim(ID, 6)
    expect(await batches.maxTimestamp(ID)).toEqual({ offset: 6, timestampMs: 5 })
  })
}
