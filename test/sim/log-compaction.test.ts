import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { test } from 'vitest'
import { EngineError } from '../../src/base/errors.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { createSeededRandom } from '../../src/base/random.ts'
import { makeBatch } from '../../src/engines/log/batch-fixtures.ts'
import type { LogEngine } from '../../src/engines/log/port.ts'
import { openSegmentLog } from '../../src/engines/log/segment/segment-log.ts'
import type { DiskCall } from '../support/faulty-disk.ts'
import { createFaultyDisk } from '../support/faulty-disk.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const ID = { topic: 'compacted', partition: 0 }
const TOMBSTONE_MS = 100_000
const ROUND_MS = 10_000
const SETTINGS = {
  retentionMs: 1,
  segmentBytes: 700,
  compaction: { lagMsMin: 0, tombstoneMs: TOMBSTONE_MS, dirtyRatioMin: 0.1, deletes: false },
}

const keys = fc.array(fc.tuple(fc.nat({ max: 5 }), fc.boolean()), { minLength: 1, maxLength: 5 })
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      keys,
      how: fc.constantFrom('plain' as const, 'gzip' as const, 'transaction' as const),
      padding: fc.nat({ max: 80 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('end' as const), commit: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      ms: fc.constantFrom(ROUND_MS, 3 * ROUND_MS, 2 * TOMBSTONE_MS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      call: fc.constantFrom<DiskCall>('open', 'read', 'write', 'sync', 'rename', 'remove'),
      countdown: fc.integer({ min: 1, max: 8 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('crash' as const, 'kill' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Put {
  readonly key: string
  readonly value: string | null
  readonly timestampMs: number
  state: 'visible' | 'open' | 'aborted'
}

async function run(steps: ReadonlyArray<Step>, seed: number): Promise<void> {
  const settings = { ...SETTINGS, ...(seed % 2 === 1 && { keyIds: ['key'] }) }
  const faulty = createFaultyDisk(createSeededRandom(seed))
  const { clock, advance } = createVirtualClock()
  /** By offset; only what was acknowledged, as each failure ends the run of its process. */
  let puts = new Map<number, Put>()
  let disk = faulty.disk
  let serial = 0
  let epoch = 0
  let sequence = 0

  async function open(): Promise<LogEngine> {
    for (;;) {
      try {
        return await openSegmentLog({
          disk,
          directory: '/log',
          clock,
          log: silentLogger,
          keyOf: async () => Buffer.alloc(32, 'key'),
          sizes: {
            slotBytes: 8192,
            slotsMax: 3,
            tailBytes: 1500,
            flushBytes: 600,
            filesMax: 3,
            retentionCheckMs: ROUND_MS,
            compactionKeysMax: 4,
          },
        })
      } catch (error) {
        assert(error instanceof EngineError && error.kind !== 'corrupt', String(error))
        faulty.heal()
      }
    }
  }

  async function put(log: LogEngine, one: Extract<Step, { kind: 'put' }>): Promise<void> {
    const isTransactional = one.how === 'transaction'
    const state = isTransactional ? 'open' : 'visible'
    const timestampMs = clock.wallMs()
    const records = one.keys.map(([number, isTombstone]): Put => {
      const value = isTombstone ? null : `${serial++}`.padEnd(one.padding, '.')
      return { key: `key ${number}`, value, timestampMs, state }
    })
    const batch = makeBatch({
      records,
      ...(isTransactional && { isTransactional, producer: [1, epoch, sequence] as const }),
      ...(one.how === 'gzip' && { codec: 1, compress: gzipSync }),
    })
    const appended = await log.batches?.append(ID, batch)
    assert(appended?.outcome === 'appended')
    if (isTransactional) sequence += records.length
    for (const [index, record] of records.entries()) puts.set(appended.baseOffset + index, record)
  }

  async function end(log: LogEngine, commit: boolean): Promise<void> {
    const ends = { producerId: 1, producerEpoch: epoch, coordinatorEpoch: 0, commit }
    assert.equal(await log.batches?.endTransaction(ID, ends), 'ended')
    for (const one of puts.values()) {
      if (one.state === 'open') one.state = commit ? 'visible' : 'aborted'
    }
  }

  /** Each key has its last value, and what is read was written, in its order. */
  async function look(log: LogEngine): Promise<void> {
    const { startOffset, endOffset } = await log.bounds(ID)
    assert.equal(startOffset, 0)
    const visible = [...puts].filter(([at, { state }]) => state === 'visible' && at < endOffset)
    const expected = new Map(visible.map(([at, one]) => [one.key, { at, one }]))
    const found = new Map<string, number>()
    for (let offset = 0; offset < endOffset; ) {
      const batch = await log.read(ID, { offset, recordsMax: 3, bytesMax: 300 })
      for (const { offset: at, key, value, timestampMs } of batch.records) {
        const given = puts.get(at)
        assert(at >= offset && at < batch.nextOffset)
        assert.deepEqual(
          [String(key), value && String(value), timestampMs, 'visible'],
          [given?.key, given?.value, given?.timestampMs, given?.state],
        )
        found.set(String(key), at)
      }
      assert(batch.nextOffset > offset)
      offset = batch.nextOffset
    }
    for (const [key, { at, one }] of expected) {
      const mayBeGone = one.value === null && one.timestampMs + TOMBSTONE_MS <= clock.wallMs()
      if (found.get(key) !== at) assert(mayBeGone && !found.has(key), `${key} is not its last one`)
    }
  }

  /** A new process; what it finds at the end without an answer is what it goes on from. */
  async function restart(isCrash: boolean): Promise<LogEngine> {
    faulty.heal()
    disk = isCrash ? faulty.crash() : faulty.kill()
    const log = await open()
    faulty.heal()
    await log.ensurePartition(ID, settings)
    // The end of the last transaction is unknown: a new epoch aborts what is open, as its
    // coordinator does, and what had no answer is looked up.
    epoch++
    sequence = 0
    const state = await log.batches?.producers(ID)
    const isOpen = state?.some((one) => one.transactionStartOffset !== undefined)
    if (isOpen) await end(log, false)
    puts = await reread(log)
    return log
  }

  /** Adds what was appended though nobody was told, and decides transactions as the log does. */
  async function reread(log: LogEngine): Promise<Map<number, Put>> {
    const { endOffset } = await log.bounds(ID)
    const known = new Map(puts)
    for (let offset = 0; offset < endOffset; ) {
      const batch = await log.read(ID, { offset, recordsMax: 50, bytesMax: 5000 })
      for (const { offset: at, key, value, timestampMs } of batch.records) {
        if (known.get(at)?.state === 'visible') continue
        const text = value && Buffer.from(value).toString()
        known.set(at, { key: String(key), value: text, timestampMs, state: 'visible' })
      }
      offset = batch.nextOffset
    }
    for (const one of known.values()) if (one.state === 'open') one.state = 'aborted'
    return new Map([...known].sort(([a], [b]) => a - b))
  }

  let log = await open()
  await log.ensurePartition(ID, settings)
  for (const one of steps) {
    try {
      if (one.kind === 'put') await put(log, one)
      else if (one.kind === 'end') await end(log, one.commit)
      else if (one.kind === 'advance') await Promise.all([advance(one.ms), look(log), look(log)])
      else if (one.kind === 'fail') faulty.fail(one.call, one.countdown)
      else log = await restart(one.kind === 'crash')
      if (one.kind !== 'fail') await look(log)
    } catch (error) {
      if (!(error instanceof EngineError && error.kind === 'unavailable')) throw error
      log = await restart(false)
      await look(log)
    }
  }
  log = await restart(true)
  await look(log)
  await log.close()
}

test('compaction keeps the last record of each key, in order, through any crash', async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat(), run)
  await fc.assert(property, { seed: 30, numRuns: 600 })
})
