import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { test } from 'vitest'
import { EngineError } from '../../src/base/errors.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { createSeededRandom } from '../../src/base/random.ts'
import { makeBatch, recordsOf, sealed } from '../../src/engines/log/batch-fixtures.ts'
import type { LogEngine } from '../../src/engines/log/port.ts'
import { openSegmentLog } from '../../src/engines/log/segment/segment-log.ts'
import { createFaultyDisk } from '../support/faulty-disk.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const PLAIN = { topic: 'plain', partition: 0 }
const COMPACTED = { topic: 'compacted', partition: 0 }
const compaction = { lagMsMin: 0, tombstoneMs: 0, dirtyRatioMin: 0, deletes: false }

const mutation = fc.record({
  base: fc.nat(3),
  changes: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
    minLength: 1,
    maxLength: 4,
  }),
  isSealed: fc.boolean(),
  cut: fc.option(fc.nat(200), { freq: 5 }),
})

const bases = [
  makeBatch({ records: recordsOf(['a', 'bb', 'ccc']), producer: [7, 0, 0], isTransactional: true }),
  makeBatch({ records: recordsOf(['a', 'bb', 'ccc']), codec: 1, compress: gzipSync }),
  makeBatch({ records: recordsOf(['x'.repeat(300)]) }),
  makeBatch({ records: [{ key: null, value: null, timestampMs: 0 }], producer: [8, 3, 9] }),
]

function mutate({
  base,
  changes,
  isSealed,
  cut,
}: typeof mutation extends fc.Arbitrary<infer T> ? T : never) {
  const batch = Buffer.from(bases[base] ?? '')
  for (const [where, byte] of changes) batch[Math.floor(where * (batch.length - 1))] = byte
  if (isSealed) sealed(batch)
  return cut === null ? batch : batch.subarray(0, Math.min(cut, batch.length))
}

/** Reads all there is in both views; what it was made of must not matter. */
async function readAll(log: LogEngine, id: typeof PLAIN): Promise<void> {
  const { startOffset, endOffset, stableOffset } = (await log.batches?.bounds(id)) ?? assert.fail()
  for (let offset = startOffset; offset < stableOffset; ) {
    const batch = await log.read(id, { offset, recordsMax: 100, bytesMax: 1 << 16 })
    assert(batch.nextOffset > offset)
    offset = batch.nextOffset
  }
  const isolation = 'uncommitted' as const
  const read = await log.batches?.read(id, { offset: startOffset, bytesMax: 1 << 20, isolation })
  assert(read && (read.batches.length > 0 || startOffset === endOffset))
  await log.offsetAt(id, 1000)
  await log.batches?.maxTimestamp(id)
}

test('whatever bytes a producer sends, the log answers, and can be read', async () => {
  const property = fc.asyncProperty(
    fc.array(mutation, { minLength: 1, maxLength: 12 }),
    async (mutations) => {
      const faulty = createFaultyDisk(createSeededRandom(1))
      const { clock, advance } = createVirtualClock()
      const sizes = { slotBytes: 8192, tailBytes: 500, flushBytes: 300, retentionCheckMs: 1000 }
      const options = { directory: '/log', clock, log: silentLogger, sizes }
      let log = await openSegmentLog({ ...options, disk: faulty.disk })
      await log.ensurePartition(PLAIN, { retentionMs: 1e16 })
      await log.ensurePartition(COMPACTED, { retentionMs: 1, segmentBytes: 400, compaction })
      for (const one of mutations) {
        for (const id of [PLAIN, COMPACTED]) {
          try {
            await log.batches?.append(id, mutate(one))
          } catch (error) {
            assert(error instanceof EngineError, String(error))
            assert(['corrupt', 'invalid'].includes(error.kind), error.message)
          }
        }
      }
      for (const id of [PLAIN, COMPACTED]) await readAll(log, id)
      await advance(3000)
      log = await openSegmentLog({ ...options, disk: faulty.kill() })
      for (const id of [PLAIN, COMPACTED]) await readAll(log, id)
      await log.close()
    },
  )
  await fc.assert(property, { seed: 40, numRuns: 1500 })
}, 120_000)
