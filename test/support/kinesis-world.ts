import { silentLogger } from '../../src/base/logger.ts'
import type { Metrics } from '../../src/base/metrics.ts'
import { silentMetrics } from '../../src/base/metrics.ts'
import { createSeededRandom } from '../../src/base/random.ts'
import { openSegmentLog } from '../../src/engines/log/segment/segment-log.ts'
import { createBackground } from '../../src/engines/meta/background.ts'
import { createLeases } from '../../src/engines/meta/leases.ts'
import { createKinesisNouns } from '../../src/services/kinesis/kinesis-nouns.ts'
import type { StreamKey } from '../../src/services/kinesis/stream.ts'
import type { FaultyDisk } from './faulty-disk.ts'
import { createFaultyDisk } from './faulty-disk.ts'
import { createMemoryMeta } from './memory-meta.ts'
import { createVirtualClock } from './virtual-clock.ts'

export const KEY: StreamKey = { accountId: '000000000000', region: 'us-east-1', name: 'clicks' }
export const HOUR_MS = 3_600_000

/** The nouns of Kinesis over a disk that can fail and a clock that stands still. */
export async function createWorld(
  options: { readonly limits?: boolean; readonly metrics?: Metrics } = {},
) {
  const random = createSeededRandom(1)
  const { clock, advance } = createVirtualClock()
  const meta = createMemoryMeta()
  const faulty: FaultyDisk = createFaultyDisk(random)
  const { limits = false, metrics = silentMetrics } = options
  async function open(disk = faulty.disk) {
    const log = silentLogger
    const sizes = { slotBytes: 64 << 10, segmentBytes: 16 << 10, tailBytes: 8 << 10 }
    const engine = await openSegmentLog({ disk, directory: '/log', clock, log, sizes })
    const leases = createLeases({ meta, clock, owner: random.uuid(), log })
    const background = createBackground({ leases, clock, random, log, metrics })
    const given = { meta, engine, background, clock, random, log, metrics, limits }
    return { ...createKinesisNouns(given), engine }
  }
  return { faulty, advance, open, ...(await open()) }
}

export type World = Awaited<ReturnType<typeof createWorld>>

export const PROVISIONED = {
  mode: 'PROVISIONED' as const,
  recordKib: 1024,
  retentionHours: 24,
  tags: {},
}
