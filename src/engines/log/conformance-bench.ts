import { expect, it } from 'vitest'
import type { LogAdapter } from './conformance.ts'
import type { BatchLog, LogEngine, PartitionId, TransactionEnd } from './port.ts'

export const ID: PartitionId = { topic: 'batches', partition: 0 }
/** The times of these records are small numbers. */
export const SETTINGS = { retentionMs: 1e13 }

const text = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString()

export interface OpenedLog {
  readonly log: LogEngine
  readonly batches: BatchLog
}

export interface BatchBench extends OpenedLog {
  /** The same log as a new process would find it; the one before is not used any more. */
  reopen(): Promise<OpenedLog>
}

/** A test of an adapter; nothing is tested where it has no view of batches. */
export function testBatches(
  adapter: LogAdapter,
  name: string,
  work: (bench: BatchBench) => Promise<void>,
): void {
  it(name, async () => {
    let log = await adapter.open()
    expect(log.batches !== undefined).toBe(log.capabilities.batches)
    if (log.batches) {
      await log.ensurePartition(ID, SETTINGS)
      const reopen = async () => {
        log = await adapter.reopen(log)
        return { log, batches: batchesOf(log) }
      }
      await work({ log, batches: log.batches, reopen })
    }
    await log.close()
  })
}

function batchesOf({ batches }: LogEngine): BatchLog {
  if (!batches) throw new Error('the view of batches is gone')
  return batches
}

export async function values(log: LogEngine, offset = 0): Promise<(string | null)[]> {
  const all: (string | null)[] = []
  for (let at = offset; ; ) {
    const batch = await log.read(ID, { offset: at, recordsMax: 100, bytesMax: 1 << 20 })
    all.push(...batch.records.map(({ value }) => text(value)))
    if (batch.nextOffset === batch.endOffset) return all
    expect(batch.nextOffset).toBeGreaterThan(at)
    at = batch.nextOffset
  }
}

export function whole(batches: BatchLog, offset: number, isolation: 'committed' | 'uncommitted') {
  return batches.read(ID, { offset, bytesMax: 1 << 20, isolation })
}

export const ended = (producer: readonly [number, number], commit: boolean): TransactionEnd => ({
  producerId: producer[0],
  producerEpoch: producer[1],
  coordinatorEpoch: 0,
  commit,
})
