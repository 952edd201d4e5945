import { EngineError } from '../../../base/errors.ts'
import type { ReadBatch, StoredRecord } from '../../../engines/log/port.ts'
import type { GroupOffsets } from './group-offsets.ts'
import { createGroupOffsets } from './group-offsets.ts'
import type { SinkTask } from './pending-batch.ts'
import { redo } from './redo.ts'
import type { RotatingBatch } from './rotating-batch.ts'
import { createRotatingBatch } from './rotating-batch.ts'
import type { SinkDeps, SinkRun, SinkSource } from './sink-run.ts'

/**
 * One partition on its way into the bucket. At any moment a crash is safe: what will be written is
 * written down first, then come the objects, then the offset of the group.
 */
export interface PartitionWriter {
  /** Reads once, and delivers what is due; false when there was nothing to read. Stops between records. */
  step(signal: AbortSignal): Promise<boolean>
  /** The offset that is read next. */
  position(): number
  /** When to call `step` although nothing came. */
  nextMs(): number | undefined
  close(): Promise<void>
}

const READ = { recordsMax: 1_000, bytesMax: 1024 * 1024 }

/** Ends what a crash interrupted, and goes on where the group has come to. */
export async function openPartitionWriter(
  deps: SinkDeps,
  run: SinkRun,
  source: SinkSource,
  task: SinkTask,
): Promise<PartitionWriter> {
  const place = { topic: source.topic.name, partition: source.number }
  const offsets = createGroupOffsets(deps, run, source)
  const committed = await offsets.fetch()
  const checkpoint = await deps.checkpoints.get(run.scope, run.connector.id, place)
  // Offsets of a group that nobody is in lapse: then the last batch, which is written anew, says it.
  const isOpen = checkpoint?.from === (committed ?? checkpoint?.from)
  if (checkpoint && checkpoint.topicId === source.topic.id && isOpen) {
    await redo(deps, run, source, { task, offsets }, checkpoint)
  } else await offsets.commit(committed ?? (await resetOffset(deps, run, source)))
  const batch = createRotatingBatch(deps, run, source, { task, offsets })
  return createWriter(deps, run, source, { batch, offsets })
}

function createWriter(
  deps: SinkDeps,
  run: SinkRun,
  source: SinkSource,
  { batch, offsets }: { readonly batch: RotatingBatch; readonly offsets: GroupOffsets },
): PartitionWriter {
  const { log, clock } = deps
  const { partition } = source
  let position = offsets.committed()

  async function read(): Promise<ReadBatch> {
    try {
      return await log.read(partition, { offset: position, ...READ })
    } catch (error) {
      if (!(error instanceof EngineError && error.kind === 'invalid')) throw error
      // Retention, or who commits for the group, went past the log: as a consumer resets itself.
      await batch.clear()
      position = await resetOffset(deps, run, source)
      await offsets.commit(position)
      return log.read(partition, { offset: position, ...READ })
    }
  }

  async function take(records: ReadonlyArray<StoredRecord>, signal: AbortSignal): Promise<void> {
    const nowMs = clock.wallMs()
    for (const record of records) {
      if (signal.aborted) return
      await batch.add(record, nowMs)
      position = record.offset + 1
    }
  }

  return {
    async step(signal) {
      const { records, nextOffset, endOffset } = await read()
      await take(records, signal)
      if (signal.aborted) return false
      offsets.observe(endOffset)
      position = Math.max(position, nextOffset)
      if (records.length > 0) return true
      await batch.idle(position)
      // What was stepped over is done with as soon as nothing before it waits.
      const isDone = batch.isEmpty() && (position > offsets.committed() || offsets.isOld())
      if (isDone) await offsets.commit(position)
      return false
    },
    position: () => position,
    nextMs: () => batch.nextMs(),
    async close() {
      await batch.clear()
      offsets.close()
    },
  }
}

/** Where a group begins that has no offset, or one that is not there any more. */
async function resetOffset({ log }: SinkDeps, { settings }: SinkRun, { partition }: SinkSource) {
  const { startOffset, endOffset } = await log.bounds(partition)
  return settings.reset === 'latest' ? endOffset : startOffset
}
