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
import { createModel, idOf } from './log-model.ts'

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
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('produce' as const),
      partition: fc.nat({ max: PARTITIONS - 1 }),
      client: fc.nat({ max: 2 }),
      batches: fc.array(
        anyAppend.map(({ sizes }) => sizes),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      partition: fc.nat({ max: PARTITIONS - 1 }),
      client: fc.integer({ min: 1, max: 2 }),
      how: fc.constantFrom('commit' as const, 'abort' as const, 'fence' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('trim' as const),
      partition: fc.nat({ max: PARTITIONS - 1 }),
      percent: fc.nat({ max: 100 }),
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
      // Never a day in a run: producers are known all the time.
      ms: fc.integer({ min: 1, max: 1.6 * HOUR_MS }),
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

async function run(steps: ReadonlyArray<Step>, seed: number): Promise<void> {
  const faulty = createFaultyDisk(createSeededRandom(seed))
  const { clock, advance } = createVirtualClock()
  const model = createModel({
    partitions: PARTITIONS,
    retentionMs: RETENTION_MS,
    nowMs: clock.wallMs,
  })
  let disk = faulty.disk
  let isCopyOnWrite = false

  async function open(): Promise<LogEngine> {
    for (let attempt = 0; ; attempt++) {
      try {
        const log = await openSegmentLog({
          disk,
          directory: '/log',
          clock,
          log: silentLogger,
          keyOf: async () => Buffer.alloc(32, 'key'),
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

  async function lookDespiteFaults(log: LogEngine): Promise<void> {
    try {
      await model.look(log)
    } catch (error) {
      // A read that was made to fail says nothing about what is kept.
      if (!(error instanceof EngineError) || error.kind !== 'unavailable') throw error
    }
  }

  async function ensureAll(log: LogEngine): Promise<void> {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      await log
        .ensurePartition(idOf(partition), {
          retentionMs: RETENTION_MS,
          ...(partition === 1 && { keyIds: ['key'] }),
        })
        .catch((error: EngineError) =>
          assert(['unavailable', 'full'].includes(error.kind), error.message),
        )
    }
  }

  async function removeOne(log: LogEngine, partition: number): Promise<void> {
    const one = model.partitions[partition]
    if (one) one.life++
    try {
      await log.removePartition(idOf(partition))
      model.forget(partition)
    } catch (error) {
      const { kind } = error as EngineError
      assert(['unavailable', 'full'].includes(kind), String(error))
      if (kind === 'full' && !isCopyOnWrite) return
      // Removed or not: what is there from here on is asked, not known.
      model.forget(partition)
      doubtful.add(partition)
    }
  }

  /** Partitions of which it is open whether they were removed: both is right until a reopening. */
  const doubtful = new Set<number>()
  async function settleDoubts(log: LogEngine): Promise<void> {
    for (const partition of doubtful) {
      await log.removePartition(idOf(partition))
      model.forget(partition)
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
        await Promise.all(one.appends.map((each) => model.append(log, each.partition, each.sizes)))
        break
      case 'produce':
        await model.produce(log, one.partition, one.client, one.batches)
        break
      case 'end':
        await model.end(log, one.partition, one.client, one.how)
        break
      case 'trim':
        await model.trim(log, one.partition, one.percent / 100)
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
        await model.look(log)
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
  await model.look(log)
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

/** Some fifteen seconds of work, on a machine that does nothing else. */
const TIMEOUT_MS = 180_000

test('a record once seen or acknowledged keeps its offset through any crash', {
  timeout: TIMEOUT_MS,
}, async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.nat(), run)
  await fc.assert(property, { seed: 20, numRuns: 3000, examples })
})
