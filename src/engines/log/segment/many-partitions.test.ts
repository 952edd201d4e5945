import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createFaultyDisk } from '../../../../test/support/faulty-disk.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { silentLogger } from '../../../base/logger.ts'
import { createSeededRandom } from '../../../base/random.ts'
import { makeBatch, recordsOf } from '../batch-fixtures.ts'
import { openSegmentLog } from './segment-log.ts'

const PARTITIONS = 5000
/** Measured: 1,000. */
const IDLE_BYTES_MAX = 2500
/** With a segment and a producer. Measured: 3,400, of which the files of the disk are a part. */
const USED_BYTES_MAX = 7000

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function heapBytes(): number {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().heapUsed
}

test('five thousand partitions cost a few kilobytes each, idle or not', async () => {
  const { clock } = createVirtualClock()
  const { disk } = createFaultyDisk(createSeededRandom(1))
  const sizes = { slotBytes: 1 << 20, slotsMax: 4, tailBytes: 1 << 20, flushBytes: 1 << 19 }
  const log = await openSegmentLog({ disk, directory: '/log', clock, log: silentLogger, sizes })
  const ids = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: 'many', partition }))
  const emptyBytes = heapBytes()
  await Promise.all(ids.map((id) => log.ensurePartition(id, { retentionMs: 1e13 })))
  const idleBytes = heapBytes()
  expect((idleBytes - emptyBytes) / PARTITIONS).toBeLessThan(IDLE_BYTES_MAX)
  await Promise.all(
    ids.map((id) => {
      const batch = makeBatch({ records: recordsOf(['a']), producer: [id.partition, 0, 0] })
      return log.batches?.append(id, batch)
    }),
  )
  await log.close()
  const usedBytes = heapBytes()
  expect((usedBytes - idleBytes) / PARTITIONS).toBeLessThan(USED_BYTES_MAX)
  expect(ids).toHaveLength(PARTITIONS)
})
