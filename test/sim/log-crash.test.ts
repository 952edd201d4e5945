import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { EngineError } from '../../src/base/errors.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { createSeededRandom } from '../../src/base/random.ts'
import type { LogEngine } from '../../src/engines/log/port.ts'
import { openSegmentLog } from '../../src/engines/log/segment/segment-log.ts'
import type { DiskCall } from '../support/faulty-disk.ts'
import { createFaultyDisk } from '../support/faulty-disk.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const HOUR_MS = 3_600_000
const RETENTION_MS = HOUR_MS
const PARTITIONS = 3

const anyAppend = fc.record({
  partition: fc.nat({ max: PARTITIONS - 1 }),
  sizes: fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 3 }),
})
const call = fc.constantFrom<DiskCall>(
  'open',
  'read',
  'write',
  'truncate',
  'sync',
  'rename',
  'remove',
  'syncDirectory',
)
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      appends: fc.array(anyAppend, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      call,
      countdown: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('crash' as const, 'kill' as const, 'restart' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      partition: fc.nat({ max: PARTITIONS - 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      ms: fc.integer({ min: 1, max: 2 * HOUR_MS }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('space' as const),
      bytes: fc.option(fc.nat({ max: 8000 }), { nil: undefined }),
      copyOnWrite: fc.boolean(),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Expected {
  /** Text and time of every record that was seen or acknowledged, by offset. */
  readonly records: Map<number, { readonly text: string; readonly timestampMs: number }>
  /** Bumped by each removal: what is there afterwards is another partition. */
  life: number
}

async function run(steps: ReadonlyArray<Step>, seed: number): Promise<void> {
  const faulty = createFaultyDisk(createSeededRandom(seed))
  const { clock, advance } = createVirtualClock()
  const expected = Array.from(
    { length: PARTITIONS },
    (): Expected => ({ records: new Map(), life: 0 }),
  )
  let disk = faulty.disk
  let serial = 0
  let isCopyOnWrite = false

  const idOf = (partition: number) => ({ topic: 't', partition })

  async function open(): Promise<LogEngine> {
    for (let attempt = 0; ; attempt++) {
      try {
        const log = await openSegmentLog({
          disk,
          directory: '/log',
          clock,
          log: silentLogger,
          sizes: {
            slotBytes: 6144,
            slotsMax: 3,
            segmentBytes: 2500,
            tailBytes: 3000,
            flushBytes: 1500,
            unwrittenBytesMax: 6000,
            filesMax: 2,
            retentionCheckMs: HOUR_MS / 4,
          },
        })
        return log
      } catch (error) {
        // A fault on the way; the next attempt of the operator has none.
        assert(error instanceof EngineError, String(error))
        assert.notEqual(error.kind, 'corrupt', error.message)
        assert(attempt < 2)
        faulty.heal()
        if (attempt === 1) faulty.setSpace(undefined)
      }
    }
  }

  async function appendOne(log: LogEngine, partition: number, sizes: ReadonlyArray<number>) {
    const timestampMs = clock.wallMs()
    const texts = sizes.map((size) => `${serial++}:`.padEnd(size, 'x'))
    const records = texts.map((text) => ({ key: null, value: Buffer.from(text), timestampMs }))
    const one = expected[partition] as Expected
    const { life } = one
    try {
      const { baseOffset } = await log.append(idOf(partition), records)
      if (one.life !== life) return
      for (const [index, text] of texts.entries()) {
        note(one, baseOffset + index, text, timestampMs)
      }
    } catch (error) {
      assert(error instanceof EngineError, String(error))
      assert(['unavailable', 'full', 'not-found'].includes(error.kind), error.message)
    }
  }

  function note(one: Expected, offset: number, text: string, timestampMs: number) {
    const known = one.records.get(offset)
    if (known) assert.equal(text, known.text)
    one.records.set(offset, { text, timestampMs })
  }

  /** Reads everything there is and compares it with everything that was seen or acknowledged. */
  async function look(log: LogEngine): Promise<void> {
    for (const [partition, one] of expected.entries()) {
      const id = idOf(partition)
      let bounds: { startOffset: number; endOffset: number }
      try {
        bounds = await log.bounds(id)
      } catch (error) {
        assert.equal((error as EngineError).kind, 'not-found')
        assert.equal(one.records.size, 0)
        continue
      }
      for (let offset = bounds.startOffset; offset < bounds.endOffset; ) {
        const batch = await log.read(id, { offset, recordsMax: 3, bytesMax: 1200 })
        assert(batch.records.length > 0)
        for (const record of batch.records) {
          assert.equal(record.offset, offset++)
          note(one, record.offset, Buffer.from(record.value ?? '').toString(), record.timestampMs)
        }
        assert.equal(batch.nextOffset, offset)
      }
      for (const [offset, { timestampMs }] of one.records) {
        assert(offset < bounds.endOffset, `the record at ${offset} is lost`)
        if (offset >= bounds.startOffset) continue
        assert(timestampMs < clock.wallMs() - RETENTION_MS, `the record at ${offset} is lost`)
        one.records.delete(offset)
      }
    }
  }

  async function lookDespiteFaults(log: LogEngine): Promise<void> {
    try {
      await look(log)
    } catch (error) {
      // A read that was made to fail says nothing about what is kept.
      if (!(error instanceof EngineError) || error.kind !== 'unavailable') throw error
    }
  }

  async function ensureAll(log: LogEngine): Promise<void> {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      await log
        .ensurePartition(idOf(partition), { retentionMs: RETENTION_MS })
        .catch((error: EngineError) =>
          assert(['unavailable', 'full'].includes(error.kind), error.message),
        )
    }
  }

  async function removeOne(log: LogEngine, partition: number): Promise<void> {
    const one = expected[partition] as Expected
    one.life++
    try {
      await log.removePartition(idOf(partition))
      one.records.clear()
    } catch (error) {
      const { kind } = error as EngineError
      assert(['unavailable', 'full'].includes(kind), String(error))
      if (kind === 'full' && !isCopyOnWrite) return
      // Removed or not: what is there from here on is asked, not known.
      one.records.clear()
      doubtful.add(partition)
    }
  }

  /** Partitions of which it is open whether they were removed: both is right until a reopening. */
  const doubtful = new Set<number>()
  async function settleDoubts(log: LogEngine): Promise<void> {
    for (const partition of doubtful) {
      await log.removePartition(idOf(partition))
      expected[partition]?.records.clear()
    }
    doubtful.clear()
  }

  /** A medium that was full is left alone for a while. */
  async function giveSpace(): Promise<void> {
    faulty.setSpace(undefined)
    await advance(1000)
  }

  let log = await open()
  await ensureAll(log)
  for (const one of steps) {
    switch (one.kind) {
      case 'append':
        await Promise.all(one.appends.map((each) => appendOne(log, each.partition, each.sizes)))
        break
      case 'fail':
        faulty.fail(one.call, one.countdown)
        break
      case 'remove':
        await removeOne(log, one.partition)
        await ensureAll(log)
        break
      case 'advance':
        await advance(one.ms)
        break
      case 'space':
        faulty.setSpace(one.bytes, one.copyOnWrite)
        isCopyOnWrite = one.copyOnWrite
        break
      case 'crash':
      case 'kill':
      case 'restart': {
        if (one.kind === 'restart') await log.close().catch(() => undefined)
        disk = one.kind === 'crash' ? faulty.crash() : faulty.kill()
        log = await open()
        faulty.heal()
        if (doubtful.size > 0) {
          await giveSpace()
          await settleDoubts(log)
        }
        await look(log)
        await ensureAll(log)
        break
      }
    }
    if (doubtful.size === 0) await lookDespiteFaults(log)
  }
  disk = faulty.crash()
  log = await open()
  await giveSpace()
  if (doubtful.size > 0) await settleDoubts(log)
  await look(log)
  await log.close()
}

function append(...appends: ReadonlyArray<readonly [number, ...number[]]>): Step {
  return {
    kind: 'append',
    appends: appends.map(([partition, ...sizes]) => ({ partition, sizes })),
  }
}

/** What the property found while the log was built. */
const examples: [Step[], number][] = [
  // A checkpoint that follows one whose sync failed must not say that all is well.
  [
    [
      append([0, 0], [0, 194, 672, 804], [0, 106, 347, 602], [0, 168], [1, 663, 478], [2, 199]),
      append([0, 0], [0, 258, 43, 65]),
      { kind: 'fail', call: 'sync', countdown: 3 },
      append([0, 382], [0, 559, 327], [2, 694], [1, 892, 5], [0, 584, 679, 0]),
    ],
    0,
  ],
  [
    [
      append([0, 0], [0, 0]),
      { kind: 'kill' },
      { kind: 'fail', call: 'sync', countdown: 5 },
      append([1, 382], [0, 122, 741], [1, 514], [1, 380], [1, 250, 808]),
      append([0, 769, 525, 94], [0, 397, 551], [0, 857, 645], [1, 807, 582]),
    ],
    9,
  ],
  // The group behind a failed sync looks sound to the process that starts after the dead one.
  [[{ kind: 'fail', call: 'sync', countdown: 1 }, append([0, 0]), { kind: 'kill' }], 0],
  // A partition that was removed before the snapshot must not come back from the write-ahead log.
  [
    [
      { kind: 'remove', partition: 0 },
      append([0, 0]),
      { kind: 'advance', ms: 4_500_000 },
      append([0, 0]),
    ],
    0,
  ],
]

test('a record once seen or acknowledged keeps its offset through any crash', async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.nat(), run)
  await fc.assert(property, { seed: 20, numRuns: 3000, examples })
})
