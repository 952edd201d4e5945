import { expect, it } from 'vitest'
import type { LogAdapter } from './conformance.ts'
import type { LogEngine, LogRecord, PartitionId, StoredRecord } from './port.ts'

const ID: PartitionId = { topic: 'settings', partition: 0 }
const SETTINGS = { retentionMs: 3_600_000 }

const kind = (expected: string) => expect.objectContaining({ kind: expected, name: 'EngineError' })
const values = (records: ReadonlyArray<StoredRecord>) =>
  records.map(({ value }) => value && Buffer.from(value).toString())

function record(value: string, timestampMs: number, key = 'key'): LogRecord {
  return { key, value: Buffer.from(value), timestampMs }
}

/** All records from `offset` on, over the gaps that there may be. */
async function readAll(log: LogEngine, offset = 0): Promise<StoredRecord[]> {
  const all: StoredRecord[] = []
  for (let at = offset; ; ) {
    const batch = await log.read(ID, { offset: at, recordsMax: 100, bytesMax: 1 << 20 })
    all.push(...batch.records)
    if (batch.nextOffset >= batch.endOffset) return all
    expect(batch.nextOffset).toBeGreaterThan(at)
    at = batch.nextOffset
  }
}

/** Settings that an adapter honours, or refuses by name. */
export function describeSettings(adapter: LogAdapter): void {
  encrypts(adapter)
  compacts(adapter)
  keepsSome(adapter)
}

function encrypts(adapter: LogAdapter): void {
  it('records are read whatever key they were encrypted with, and whether at all', async () => {
    let log = await adapter.open()
    const ensure = (keyIds: ReadonlyArray<string>) =>
      log.ensurePartition(ID, { ...SETTINGS, keyIds })
    if (!log.capabilities.encryption) {
      await expect(ensure(['one'])).rejects.toEqual(kind('unsupported'))
      return log.close()
    }
    const nowMs = adapter.wallMs()
    await ensure([''])
    await log.append(ID, [record('a', nowMs)])
    await ensure(['', 'one'])
    await log.append(ID, [record('b', nowMs + 1)])
    await ensure(['', 'one', 'two'])
    await log.append(ID, [record('c', nowMs + 2)])
    log = await adapter.reopen(log)
    await log.append(ID, [record('d', nowMs + 3)])
    await ensure(['', 'one', 'two', ''])
    await log.append(ID, [record('e', nowMs + 4)])
    expect(values(await readAll(log))).toEqual(['a', 'b', 'c', 'd', 'e'])
    log = await adapter.reopen(log)
    expect(values(await readAll(log))).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(await log.offsetAt(ID, nowMs + 2)).toBe(2)
    await expect(ensure(['', 'one'])).rejects.toEqual(kind('invalid'))
    await log.close()
  })
}

function compacts(adapter: LogAdapter): void {
  it('of each key the last record stays, and what stays keeps offset and order', async () => {
    let log = await adapter.open()
    const compaction = { lagMsMin: 0, tombstoneMs: 1000, dirtyRatioMin: 0, deletes: false }
    const ensuring = log.ensurePartition(ID, { retentionMs: 1, segmentBytes: 2000, compaction })
    if (!log.capabilities.compaction) {
      await expect(ensuring).rejects.toEqual(kind('unsupported'))
      return log.close()
    }
    await ensuring
    const given: string[] = []
    for (let index = 0; index < 60; index++) {
      const value = `${index} `.repeat(60)
      given.push(value)
      await log.append(ID, [record(value, adapter.wallMs(), `key ${index % 7}`)])
    }
    const check = async () => {
      const stored = await readAll(log)
      const offsets = stored.map(({ offset }) => offset)
      expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
      expect(values(stored)).toEqual(offsets.map((offset) => given[offset]))
      for (let last = 53; last < 60; last++) expect(offsets).toContain(last)
      expect(await log.bounds(ID)).toMatchObject({ startOffset: 0, endOffset: 60 })
    }
    await check()
    await adapter.advance(3_600_000)
    await check()
    log = await adapter.reopen(log)
    await check()
    await log.close()
  })
}

function keepsSome(adapter: LogAdapter): void {
  it('a limit by size leaves the newest records there', async () => {
    const log = await adapter.open()
    if (!log.capabilities.retention) return log.close()
    await log.ensurePartition(ID, { ...SETTINGS, retentionBytes: 1000, segmentBytes: 2000 })
    for (let index = 0; index < 20; index++) {
      await log.append(ID, [record(`${index}`.padEnd(500), adapter.wallMs())])
    }
    await adapter.advance(600_000)
    expect((await log.bounds(ID)).endOffset).toBe(20)
    const hasTheNewest = async () => {
      const { startOffset } = await log.bounds(ID)
      // The start may move on before the read.
      const stored = await readAll(log, startOffset).catch(() => [])
      return stored.length > 0 && stored.length === 20 - startOffset
    }
    await expect.poll(hasTheNewest).toBe(true)
    await log.close()
  })
}
