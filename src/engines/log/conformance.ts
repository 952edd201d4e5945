import { describe, expect, it } from 'vitest'
import { EngineError } from '../../base/errors.ts'
import { describeBatchLog } from './conformance-batches.ts'
import { describeSettings } from './conformance-settings.ts'
import type { LogEngine, LogRecord, PartitionId, StoredRecord } from './port.ts'

export interface LogAdapter {
  readonly name: string
  /** An empty log. */
  open(): Promise<LogEngine>
  /** The same log as a new process would find it. The engine given is not used any more. */
  reopen(log: LogEngine): Promise<LogEngine>
  /** Moves the clock of the log on, and lets its rounds run. */
  advance(ms: number): Promise<void>
  wallMs(): number
}

const ID: PartitionId = { topic: 'a', partition: 0 }
const SETTINGS = { retentionMs: 3_600_000 }
const NEVER = new AbortController().signal

const kind = (expected: string) => expect.objectContaining({ kind: expected, name: 'EngineError' })
const text = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString()
const values = (records: ReadonlyArray<StoredRecord>) => records.map(({ value }) => text(value))

function record(value: string, timestampMs: number): LogRecord {
  return { key: Buffer.from(`key of ${value}`), value: Buffer.from(value), timestampMs }
}

async function readAll(log: LogEngine, id = ID, offset = 0): Promise<StoredRecord[]> {
  const all: StoredRecord[] = []
  for (let at = offset; ; ) {
    const batch = await log.read(id, { offset: at, recordsMax: 100, bytesMax: 1 << 20 })
    if (batch.records.length === 0) return all
    all.push(...batch.records)
    at = batch.nextOffset
  }
}

/** What every adapter of the port must keep. */
export function describeLogEngine(adapter: LogAdapter): void {
  describe(`${adapter.name} keeps the promises of the log port`, () => {
    appendsAndReads(adapter)
    limitsReads(adapter)
    waits(adapter)
    findsTimes(adapter)
    closesAndRemoves(adapter)
    outlivesItsProcess(adapter)
    keepsForAWhile(adapter)
    trims(adapter)
    describeSettings(adapter)
    describeBatchLog(adapter)
  })
}

async function openWithPartition(adapter: LogAdapter): Promise<LogEngine> {
  const log = await adapter.open()
  await log.ensurePartition(ID, SETTINGS)
  return log
}

function appendsAndReads(adapter: LogAdapter): void {
  it('records come back in order with all that was given', async () => {
    const log = await openWithPartition(adapter)
    const headers = [
      { name: 'größe', value: Buffer.from([0, 255]) },
      { name: '', value: null },
    ]
    const given: LogRecord[] = [
      { key: null, value: null, timestampMs: 5 },
      { key: Buffer.alloc(0), value: Buffer.alloc(0), timestampMs: 3, headers },
      { key: Buffer.from('k'), value: Buffer.alloc(100_000, 'v'), timestampMs: 4_000_000_000_000 },
    ]
    expect(await log.append(ID, given)).toEqual({ baseOffset: 0 })
    const stored = await readAll(log)
    expect(stored.map(({ offset }) => offset)).toEqual([0, 1, 2])
    expect(stored.map(({ timestampMs }) => timestampMs)).toEqual([5, 3, 4_000_000_000_000])
    expect(stored.map(({ key }) => text(key))).toEqual([null, '', 'k'])
    expect(values(stored)).toEqual([null, '', 'v'.repeat(100_000)])
    expect(stored[1]?.headers?.map(({ name }) => name)).toEqual(['größe', ''])
    expect(stored[1]?.headers?.map(({ value }) => value && [...value])).toEqual([[0, 255], null])
    await log.close()
  })

  it('appends that run at the same time each stay together, and none is lost', async () => {
    const log = await openWithPartition(adapter)
    const other = { topic: 'a', partition: 1 }
    await log.ensurePartition(other, SETTINGS)
    const appends = Array.from({ length: 60 }, async (_, index) => {
      const id = index % 3 === 0 ? other : ID
      const batch = Array.from({ length: (index % 4) + 1 }, (__, at) => record(`${index}.${at}`, 1))
      const { baseOffset } = await log.append(id, batch)
      return { id, baseOffset, batch: batch.map(({ value }) => text(value)) }
    })
    const acknowledged = await Promise.all(appends)
    for (const id of [ID, other]) {
      const stored = await readAll(log, id)
      expect(stored.map(({ offset }) => offset)).toEqual(stored.map((_, index) => index))
      const mine = acknowledged.filter((one) => one.id === id)
      expect(stored.length).toBe(mine.reduce((sum, { batch }) => sum + batch.length, 0))
      for (const { baseOffset, batch } of mine) {
        expect(values(stored.slice(baseOffset, baseOffset + batch.length))).toEqual(batch)
      }
    }
    await log.close()
  })

  it('an append without records changes nothing', async () => {
    const log = await openWithPartition(adapter)
    await log.append(ID, [record('a', 1)])
    expect(await log.append(ID, [])).toEqual({ baseOffset: 1 })
    expect((await log.bounds(ID)).endOffset).toBe(1)
    await log.close()
  })

  it('a partition that is not there is not found', async () => {
    const log = await adapter.open()
    const request = { offset: 0, recordsMax: 1, bytesMax: 1 }
    await expect(log.append(ID, [record('a', 1)])).rejects.toEqual(kind('not-found'))
    await expect(log.read(ID, request)).rejects.toEqual(kind('not-found'))
    await expect(log.bounds(ID)).rejects.toEqual(kind('not-found'))
    await expect(log.offsetAt(ID, 0)).rejects.toEqual(kind('not-found'))
    await expect(log.waitFor(ID, 0, NEVER)).rejects.toEqual(kind('not-found'))
    await log.removePartition(ID)
    await log.close()
  })
}

function limitsReads(adapter: LogAdapter): void {
  it('a read keeps its limits, but never answers nothing while there is a record', async () => {
    const log = await openWithPartition(adapter)
    await log.append(ID, [record('a'.repeat(1000), 1), record('b', 1), record('c', 1)])
    await log.append(ID, [record('d', 1)])
    const first = await log.read(ID, { offset: 0, recordsMax: 10, bytesMax: 1 })
    expect(values(first.records)).toEqual(['a'.repeat(1000)])
    expect(first).toMatchObject({ nextOffset: 1, endOffset: 4 })
    const two = await log.read(ID, { offset: 1, recordsMax: 2, bytesMax: 1000 })
    expect(values(two.records)).toEqual(['b', 'c'])
    const rest = await log.read(ID, { offset: 1, recordsMax: 10, bytesMax: 1000 })
    expect(values(rest.records)).toEqual(['b', 'c', 'd'])
    const none = await log.read(ID, { offset: 4, recordsMax: 10, bytesMax: 1000 })
    expect(none).toEqual({ records: [], nextOffset: 4, endOffset: 4 })
    await log.close()
  })

  it('an offset behind the end is refused', async () => {
    const log = await openWithPartition(adapter)
    const read = log.read(ID, { offset: 1, recordsMax: 1, bytesMax: 1 })
    await expect(read).rejects.toEqual(kind('invalid'))
    await log.close()
  })

  it('an append larger than the log takes is refused, and the next one is taken', async () => {
    const log = await openWithPartition(adapter)
    const huge = { key: null, value: Buffer.alloc(33 << 20), timestampMs: 1 }
    await expect(log.append(ID, [huge])).rejects.toEqual(kind('invalid'))
    expect(await log.append(ID, [record('a', 1)])).toEqual({ baseOffset: 0 })
    await log.close()
  })
}

function waits(adapter: LogAdapter): void {
  it('a reader that waits is woken by the record it waits for', async () => {
    const log = await openWithPartition(adapter)
    await log.append(ID, [record('a', 1)])
    await log.waitFor(ID, 0, NEVER)
    let woken = false
    const waiting = log.waitFor(ID, 2, NEVER).then(() => {
      woken = true
    })
    await log.append(ID, [record('b', 1)])
    await new Promise((resolve) => setImmediate(resolve))
    expect(woken).toBe(false)
    await log.append(ID, [record('c', 1)])
    await waiting
    await log.close()
  })

  it('a reader that waits is let go when it gives up, or when the partition is closed', async () => {
    const log = await openWithPartition(adapter)
    const patience = new AbortController()
    const waiting = log.waitFor(ID, 0, patience.signal)
    patience.abort()
    await waiting
    const other = log.waitFor(ID, 0, NEVER)
    await log.ensurePartition(ID, { ...SETTINGS, closed: true })
    await other
    await log.close()
  })

  it('a reader that waits is told when the partition is removed', async () => {
    const log = await openWithPartition(adapter)
    const waiting = log.waitFor(ID, 0, NEVER)
    const told = expect(waiting).rejects.toEqual(kind('not-found'))
    await log.removePartition(ID)
    await told
    await log.close()
  })
}

function findsTimes(adapter: LogAdapter): void {
  it('a time leads to the first record that is not older', async () => {
    const log = await openWithPartition(adapter)
    expect(await log.offsetAt(ID, 0)).toBe(0)
    await log.append(ID, [record('a', 100), record('b', 200)])
    await log.append(ID, [record('c', 200), record('d', 150), record('e', 300)])
    expect(await log.offsetAt(ID, 0)).toBe(0)
    expect(await log.offsetAt(ID, 101)).toBe(1)
    expect(await log.offsetAt(ID, 200)).toBe(1)
    expect(await log.offsetAt(ID, 201)).toBe(4)
    expect(await log.offsetAt(ID, 301)).toBe(5)
    await log.close()
  })
}

function closesAndRemoves(adapter: LogAdapter): void {
  it('a closed partition takes no more, and keeps what it has', async () => {
    const log = await openWithPartition(adapter)
    const appends = ['a', 'b'].map((value) => log.append(ID, [record(value, 1)]))
    const closing = log.ensurePartition(ID, { ...SETTINGS, closed: true })
    const late = log.append(ID, [record('late', 1)])
    await expect(late).rejects.toEqual(kind('conflict'))
    await Promise.all([...appends, closing])
    expect(values(await readAll(log))).toEqual(['a', 'b'])
    await log.close()
  })

  it('a partition that is made again after its removal starts anew', async () => {
    const log = await openWithPartition(adapter)
    await log.append(ID, [record('a', 1)])
    expect((await log.bounds(ID)).sizeBytes).toBeGreaterThan(0)
    await log.removePartition(ID)
    await expect(log.bounds(ID)).rejects.toEqual(kind('not-found'))
    await log.ensurePartition(ID, SETTINGS)
    expect(await log.bounds(ID)).toEqual({ startOffset: 0, endOffset: 0, sizeBytes: 0 })
    expect(await log.append(ID, [record('b', 1)])).toEqual({ baseOffset: 0 })
    expect(values(await readAll(log))).toEqual(['b'])
    await log.close()
  })

  it('a closed log takes nothing and lets its readers go', async () => {
    const log = await openWithPartition(adapter)
    const waiting = log.waitFor(ID, 0, NEVER)
    const told = expect(waiting).rejects.toBeInstanceOf(EngineError)
    await log.close()
    await log.close()
    await told
    await expect(log.append(ID, [record('a', 1)])).rejects.toEqual(kind('unavailable'))
  })
}

function outlivesItsProcess(adapter: LogAdapter): void {
  it('what was acknowledged is there after a reopening, and goes on from there', async () => {
    let log = await openWithPartition(adapter)
    const closed = { topic: 'closed', partition: 7 }
    const removed = { topic: 'removed', partition: 0 }
    await log.ensurePartition(closed, SETTINGS)
    await log.ensurePartition(removed, SETTINGS)
    await log.append(ID, [record('a', 10), record('b', 20)])
    await log.append(closed, [record('c', 30)])
    await log.ensurePartition(closed, { ...SETTINGS, closed: true })
    await log.removePartition(removed)
    log = await adapter.reopen(log)
    expect(values(await readAll(log))).toEqual(['a', 'b'])
    expect(await log.offsetAt(ID, 15)).toBe(1)
    expect(await log.append(ID, [record('d', 40)])).toEqual({ baseOffset: 2 })
    await expect(log.append(closed, [record('e', 1)])).rejects.toEqual(kind('conflict'))
    await expect(log.bounds(removed)).rejects.toEqual(kind('not-found'))
    log = await adapter.reopen(log)
    expect(values(await readAll(log))).toEqual(['a', 'b', 'd'])
    expect(values(await readAll(log, closed))).toEqual(['c'])
    await log.close()
  })
}

function keepsForAWhile(adapter: LogAdapter): void {
  it('records older than the retention go, younger ones stay at their offsets', async () => {
    const log = await openWithPartition(adapter)
    if (!log.capabilities.retention) return
    await log.append(ID, [record('old', adapter.wallMs())])
    await adapter.advance(3 * SETTINGS.retentionMs)
    await log.append(ID, [record('young', adapter.wallMs())])
    await adapter.advance(SETTINGS.retentionMs / 2)
    await expect.poll(async () => (await log.bounds(ID)).startOffset).toBe(1)
    const below = log.read(ID, { offset: 0, recordsMax: 1, bytesMax: 1 })
    await expect(below).rejects.toEqual(kind('invalid'))
    expect(values(await readAll(log, ID, 1))).toEqual(['young'])
    expect(await log.offsetAt(ID, 0)).toBe(1)
    await log.close()
  })
}

function trims(adapter: LogAdapter): void {
  it('what is trimmed is gone for good, and the rest stays at its offsets', async () => {
    let log = await openWithPartition(adapter)
    const nowMs = adapter.wallMs()
    await log.append(ID, [record('a', nowMs + 10), record('b', nowMs + 20)])
    await log.append(ID, [record('c', nowMs + 30), record('d', nowMs + 5)])
    await expect(log.trim(ID, 5)).rejects.toEqual(kind('invalid'))
    await log.trim(ID, 3)
    await log.trim(ID, 1)
    expect((await log.bounds(ID)).startOffset).toBe(3)
    const below = log.read(ID, { offset: 2, recordsMax: 1, bytesMax: 1 })
    await expect(below).rejects.toEqual(kind('invalid'))
    expect(values(await readAll(log, ID, 3))).toEqual(['d'])
    expect(await log.offsetAt(ID, 0)).toBe(3)
    expect(await log.offsetAt(ID, nowMs + 6)).toBe(4)
    log = await adapter.reopen(log)
    expect(await log.bounds(ID)).toMatchObject({ startOffset: 3, endOffset: 4 })
    await log.trim(ID, 4)
    await expect.poll(async () => (await log.bounds(ID)).sizeBytes).toBe(0)
    expect(await log.append(ID, [record('e', nowMs + 40)])).toEqual({ baseOffset: 4 })
    log = await adapter.reopen(log)
    expect(values(await readAll(log, ID, 4))).toEqual(['e'])
    await log.close()
  })
}
