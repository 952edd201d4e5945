import { EngineError } from '../../../base/errors.ts'
import type { StoredRecord } from '../../../engines/log/port.ts'
import type { SinkSettings } from '../sink/settings.ts'
import type { DeadLetter } from './dead-letters.ts'
import { recordBytes, sendDeadLetters } from './dead-letters.ts'
import type { Fate } from './fate.ts'
import type { GroupOffsets } from './group-offsets.ts'
import { createOpenObjects } from './open-objects.ts'
import type { SinkDeps, SinkRun, SinkSource } from './sink-run.ts'
import { bucketScope, taskFailure, tell } from './sink-run.ts'
import type { Spool } from './spool.ts'

/** The records of one partition that go into the bucket together. */
export interface PendingBatch {
  /** Records in open objects. */
  recordCount(): number
  objectCount(): number
  letterCount(): number
  /** What the dead letters take that wait. */
  letterBytes(): number
  /** Throws `TaskFailed` for a record that must not be stepped over. */
  add(record: StoredRecord, fate: Fate): Promise<void>
  /**
   * Dead letters, objects, and then the offset: durable when resolved. The batch is empty then.
   * Throws `TaskFailed` for what is never taken.
   */
  deliver(to: number): Promise<void>
  clear(): Promise<void>
}

/** Of the connector as it runs here. */
export interface SinkTask {
  readonly id: number
  readonly spool: Spool
}

export function createPendingBatch(
  deps: SinkDeps,
  run: SinkRun,
  source: SinkSource,
  { task, settings, offsets }: { task: SinkTask; settings: SinkSettings; offsets: GroupOffsets },
): PendingBatch {
  const { scope, connector } = run
  const place = { topic: source.topic.name, partition: source.number }
  const open = createOpenObjects(task.spool, settings.fileMemoryBytes)
  const { deadLetterTopic, deadLetterHeaders: tells } = settings.errors
  let letters: DeadLetter[] = []
  let letterBytes = 0
  const clear = () => {
    letters = []
    letterBytes = 0
    return open.clear()
  }

  async function failed(record: StoredRecord, stage: DeadLetter['stage'], fault: string) {
    await judge(deps, run, { settings, taskId: task.id, place, record, stage, fault })
    if (deadLetterTopic === undefined) return
    letters.push({ ...place, record: copyOf(record), stage, fault })
    letterBytes += recordBytes(record)
  }

  async function write(): Promise<void> {
    if (deadLetterTopic !== undefined && letters.length > 0) {
      const queue = { topic: deadLetterTopic, connectorName: connector.name, taskId: task.id }
      await sendDeadLetters(deps, scope, { ...queue, tells }, letters)
    }
    const target = { objects: deps.objects, settings, scope: bucketScope({ scope, settings }) }
    await open.write({ ...target, ...place })
  }

  return {
    recordCount: open.recordCount,
    objectCount: open.objectCount,
    letterCount: () => letters.length,
    letterBytes: () => letterBytes,
    clear,
    async add(record, fate) {
      switch (fate.kind) {
        case 'deliver':
          return open.add(fate.path, record.offset, fate.bytes)
        case 'fault':
          return failed(record, fate.stage, fate.fault)
        case 'fatal':
          throw taskFailure(`${whereIs(place, record)}: ${fate.fault}.`)
      }
    },
    async deliver(to) {
      try {
        await write()
      } catch (error) {
        // The same bytes would be refused for ever.
        if (!(error instanceof EngineError && error.kind === 'invalid')) throw error
        const { topic, partition } = place
        throw taskFailure(`topic ${topic}, partition ${partition}: not taken: ${error.message}`)
      }
      await offsets.commit(to)
      const labels = { service: 'msk-connect', resource: `${scope.accountId}/${connector.name}` }
      deps.metrics.record('headrace_delivered_records_total', labels, open.recordCount())
      deps.metrics.record('headrace_failed_records_total', labels, letters.length)
      await clear()
    },
  }
}

/** Bytes of its own: those of a read are a view of all that was read, which would stay in memory. */
function copyOf({ key, value, headers, ...rest }: StoredRecord): StoredRecord {
  const own = (bytes: Uint8Array | null) => bytes && new Uint8Array(bytes)
  const copied = headers?.map((header) => ({ name: header.name, value: own(header.value) }))
  return { ...rest, key: own(key), value: own(value), ...(copied && { headers: copied }) }
}

interface Fault extends Pick<DeadLetter, 'record' | 'stage' | 'fault'> {
  readonly settings: SinkSettings
  readonly taskId: number
  readonly place: { readonly topic: string; readonly partition: number }
}

/** Says what went wrong where the settings say so, and throws where it is not tolerated. */
async function judge(deps: SinkDeps, run: SinkRun, failed: Fault): Promise<void> {
  const { tolerates, logs, logsMessages } = failed.settings.errors
  const where = whereIs(failed.place, failed.record)
  if (logs) {
    const about = logsMessages ? ` (${where}, timestamp ${failed.record.timestampMs})` : ''
    const task = `${run.connector.name}-${failed.taskId}`
    const line = `ERROR Error encountered in task ${task} at ${failed.stage}: ${failed.fault}${about}`
    await tell(deps, run, [line])
  }
  if (!tolerates) {
    throw taskFailure(`Tolerance exceeded in error handler: ${where}: ${failed.fault}`)
  }
}

function whereIs({ topic, partition }: Fault['place'], { offset }: StoredRecord): string {
  return `topic ${topic}, partition ${partition}, offset ${offset}`
}
