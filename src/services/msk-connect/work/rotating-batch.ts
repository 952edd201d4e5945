import type { StoredRecord } from '../../../engines/log/port.ts'
import { connectLimits } from '../limits.ts'
import type { ClockNote } from './checkpoints.ts'
import type { Fate } from './fate.ts'
import { fateOf } from './fate.ts'
import type { GroupOffsets } from './group-offsets.ts'
import type { SinkTask } from './pending-batch.ts'
import { createPendingBatch } from './pending-batch.ts'
import { createRotation } from './rotation.ts'
import type { SinkDeps, SinkRun, SinkSource } from './sink-run.ts'

/** Records of a partition that are delivered as the settings say: by number, by time, by schema. */
export interface RotatingBatch {
  /** May deliver what was there before, or all with this record. */
  add(record: StoredRecord, nowMs: number): Promise<void>
  /** Nothing came; `position` is behind all that was added or stepped over. */
  idle(position: number): Promise<void>
  isEmpty(): boolean
  /** When `idle` may have something to do; undefined where records alone decide. */
  nextMs(): number | undefined
  clear(): Promise<void>
}

type Delivered = Extract<Fate, { readonly kind: 'deliver' }>

export function createRotatingBatch(
  deps: SinkDeps,
  run: SinkRun,
  source: SinkSource,
  { task, offsets }: { readonly task: SinkTask; readonly offsets: GroupOffsets },
): RotatingBatch {
  const { clock, checkpoints } = deps
  const { settings, scope, connector, configuration } = run
  const place = { topic: source.topic.name, partition: source.number }
  const batch = createPendingBatch(deps, run, source, { task, settings, offsets })
  const rotation = createRotation(settings.rotation, clock.wallMs())
  const schemas = new Map<string, string | undefined>()
  let notes: ClockNote[] = []
  let notedPath: string | undefined
  const isEmpty = () => batch.recordCount() === 0 && batch.letterCount() === 0

  function begin(nowMs: number): void {
    notes = []
    notedPath = undefined
    schemas.clear()
    rotation.restart(nowMs)
  }

  async function deliver(to: number): Promise<void> {
    const from = offsets.committed()
    const checkpoint = { topicId: source.topic.id, from, to, clock: notes, configuration }
    await checkpoints.put(scope, connector.id, place, checkpoint)
    await batch.deliver(to)
    begin(clock.wallMs())
  }

  function isFull(): boolean {
    const { notesMax, openFilesMax, letterBytesMax } = connectLimits
    const { recordsMax } = settings.rotation
    if (batch.recordCount() >= recordsMax || batch.objectCount() >= openFilesMax) return true
    if (batch.letterBytes() >= letterBytesMax) return true
    return batch.letterCount() >= notesMax || notes.length >= notesMax
  }

  async function prepare(fate: Delivered, offset: number, nowMs: number): Promise<void> {
    if (batch.recordCount() === 0) rotation.restart(nowMs)
    const isOther = schemas.has(fate.path) && schemas.get(fate.path) !== fate.schema
    const isDue = batch.recordCount() > 0 && (isOther || rotation.isDue(fate, nowMs))
    if (isDue) await deliver(offset)
    if (settings.isByClock && fate.path !== notedPath) notes.push({ offset, ms: nowMs })
    notedPath = fate.path
    schemas.set(fate.path, fate.schema)
    rotation.added(fate)
  }

  return {
    isEmpty,
    async add(record, nowMs) {
      const fate = fateOf(settings, source.number, record, nowMs)
      if (fate.kind === 'deliver') await prepare(fate, record.offset, nowMs)
      await batch.add(record, fate)
      if (isFull()) await deliver(record.offset + 1)
    },
    async idle(position) {
      const isWaiting = batch.recordCount() > 0
      const isDue = isWaiting && rotation.isDueIdle(clock.wallMs(), settings.isByClock)
      if (isDue || (!isWaiting && batch.letterCount() > 0)) await deliver(position)
    },
    nextMs: () => (batch.recordCount() > 0 ? rotation.nextMs(settings.isByClock) : undefined),
    async clear() {
      await batch.clear()
      begin(clock.wallMs())
    },
  }
}
