import { readSinkSettings } from '../sink/settings.ts'
import type { Checkpoint, ClockNote } from './checkpoints.ts'
import { fateOf } from './fate.ts'
import type { GroupOffsets } from './group-offsets.ts'
import type { SinkTask } from './pending-batch.ts'
import { createPendingBatch } from './pending-batch.ts'
import type { SinkDeps, SinkRun, SinkSource } from './sink-run.ts'

const READ = { recordsMax: 1_000, bytesMax: 1024 * 1024 }

/** Ends what was written down: the same records into the same objects, with the settings of then. */
export async function redo(
  deps: SinkDeps,
  run: SinkRun,
  source: SinkSource,
  { task, offsets }: { readonly task: SinkTask; readonly offsets: GroupOffsets },
  checkpoint: Checkpoint,
): Promise<void> {
  const { log } = deps
  const { partition, number } = source
  const settings = readSinkSettings(checkpoint.configuration)
  const batch = createPendingBatch(deps, run, source, { task, settings, offsets })
  try {
    let offset = Math.max(checkpoint.from, (await log.bounds(partition)).startOffset)
    while (offset < checkpoint.to) {
      const { records, nextOffset } = await log.read(partition, { offset, ...READ })
      for (const record of records) {
        if (record.offset >= checkpoint.to) break
        const nowMs = clockAt(checkpoint.clock, record.offset)
        await batch.add(record, fateOf(settings, number, record, nowMs))
      }
      // Retention may have taken records meanwhile: what is gone cannot be delivered any more.
      if (nextOffset <= offset) break
      offset = nextOffset
    }
    await batch.deliver(checkpoint.to)
  } finally {
    await batch.clear()
  }
}

function clockAt(notes: ReadonlyArray<ClockNote>, offset: number): number {
  return notes.findLast((one) => one.offset <= offset)?.ms ?? 0
}
