// Hot: one pass over the waiting appends a group; a promise an append, none a record.
import { EngineError } from '../../../base/errors.ts'
import type { Appended, LogRecord, PartitionId, PartitionSettings } from '../port.ts'
import type { Partition } from './partition.ts'
import type { Partitions } from './partitions.ts'
import { notFound } from './partitions.ts'
import { encodeRecordBatch, readBatchHeader, stampBaseOffset } from './record-batch.ts'
import type { TailCache } from './tail-cache.ts'
import type { WalEntry } from './wal-group.ts'

/**
 * The group commit: what arrives while one group is being synced becomes the next group. Requests
 * take effect in the order of arrival; only a durable one takes effect.
 */
export interface Committer {
  append(partition: Partition, records: ReadonlyArray<LogRecord>): Promise<Appended>
  ensure(id: PartitionId, settings: PartitionSettings): Promise<void>
  /** Answers the partition that was removed, if it was there. */
  remove(id: PartitionId): Promise<Partition | undefined>
  /** Resolves when nothing waits. */
  drained(): Promise<void>
}

export interface CommitterDeps {
  readonly partitions: Partitions
  readonly tail: TailCache
  readonly commit: (entries: ReadonlyArray<WalEntry>) => Promise<void>
  /** Resolves when memory has room for another group. */
  readonly makeRoom: () => Promise<void>
  /** Called when a group has become visible. */
  readonly onCommit: () => void
  /** Why the log takes nothing any more, if so. */
  readonly failure: () => EngineError | undefined
  /** Ends the log, unless the error says that it may go on. */
  readonly fail: (error: unknown) => void
}

/** Larger than any request of Kinesis (10 MiB) or of Kafka by default (1 MiB). */
const APPEND_BYTES_MAX = 32 << 20
/** Appends to one partition share a batch up to this size. */
const BATCH_BYTES_MAX = 256 << 10
const GROUP_BYTES_MAX = 8 << 20
const GROUP_REQUESTS_MAX = 10_000
/** Records that wait for their commit; more are refused. */
const WAITING_BYTES_MAX = 256 << 20
const RECORD_OVERHEAD_BYTES = 32

interface Append {
  readonly kind: 'append'
  readonly partition: Partition
  readonly records: ReadonlyArray<LogRecord>
  readonly sizeBytes: number
  readonly resolve: (appended: Appended) => void
  readonly reject: (error: unknown) => void
}

interface Change {
  readonly kind: 'change'
  readonly id: PartitionId
  /** Absent: the partition is removed. */
  readonly settings: PartitionSettings | undefined
  readonly resolve: (partition: Partition | undefined) => void
  readonly reject: (error: unknown) => void
}

/** The appends to one partition that share a batch. */
interface Plan {
  readonly partition: Partition
  readonly baseOffset: number
  readonly appends: Append[]
  recordCount: number
  sizeBytes: number
}

export function createCommitter(deps: CommitterDeps): Committer {
  let waiting: (Append | Change)[] = []
  let waitingBytes = 0
  let running: Promise<void> | undefined

  function enqueue(request: Append | Change): void {
    waiting.push(request)
    if (request.kind === 'append') waitingBytes += request.sizeBytes
    running ??= run()
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const group = leadingGroup(waiting)
      waiting = waiting.slice(group.length)
      try {
        await commitGroup(group)
      } catch (error) {
        for (const request of group) request.reject(error)
      }
      for (const request of group) {
        if (request.kind === 'append') waitingBytes -= request.sizeBytes
      }
    }
    running = undefined
  }

  async function commitGroup(group: ReadonlyArray<Append | Change>): Promise<void> {
    const failure = deps.failure()
    if (failure) throw failure
    const appends = group.filter((request) => request.kind === 'append')
    if (appends.length > 0) await commitAppends(appends)
    else await commitChanges(group.filter((request) => request.kind === 'change'))
  }

  async function commit(entries: ReadonlyArray<WalEntry>): Promise<void> {
    if (entries.length === 0) return
    try {
      await deps.commit(entries)
    } catch (error) {
      deps.fail(error)
      throw error
    }
  }

  async function commitAppends(appends: ReadonlyArray<Append>): Promise<void> {
    await deps.makeRoom()
    const batches = planAppends(appends).map((plan) => {
      const body = encodeRecordBatch(plan.appends.map((one) => one.records))
      stampBaseOffset(body, plan.baseOffset)
      return { plan, body }
    })
    await commit(
      batches.map(({ plan: { partition, baseOffset }, body }) => {
        return { kind: 'batch', partition: partition.number, baseOffset, body }
      }),
    )
    for (const { plan, body } of batches) publish(deps.tail, plan, body)
    for (const { plan } of batches) acknowledge(plan)
    deps.onCommit()
  }

  async function commitChanges(changes: ReadonlyArray<Change>): Promise<void> {
    const { partitions } = deps
    let nextNumber = partitions.nextNumber()
    const planned = changes.flatMap((change) => {
      const partition = partitions.find(change.id)
      if (!isChange(change, partition)) return []
      return [{ change, partition, number: partition?.number ?? nextNumber++ }]
    })
    await commit(planned.map(({ change, number }) => entryOf(change, number)))
    for (const { change, partition, number } of planned) {
      if (change.settings) partitions.apply(number, change.id, change.settings)
      else if (partition) partitions.remove(partition)
      change.resolve(partition)
    }
    for (const change of changes) change.resolve(undefined)
  }

  return {
    append(partition, records) {
      const sizeBytes = sizeOf(records)
      refuseTooMuch(sizeBytes, waitingBytes)
      return new Promise((resolve, reject) => {
        enqueue({ kind: 'append', partition, records, sizeBytes, resolve, reject })
      })
    },
    async ensure(id, settings) {
      await new Promise((resolve, reject) => {
        enqueue({ kind: 'change', id, settings, resolve, reject })
      })
    },
    remove: (id) =>
      new Promise((resolve, reject) => {
        enqueue({ kind: 'change', id, settings: undefined, resolve, reject })
      }),
    async drained() {
      await running
    },
  }
}

function refuseTooMuch(sizeBytes: number, waitingBytes: number): void {
  if (sizeBytes > APPEND_BYTES_MAX) {
    throw new EngineError('invalid', `an append has at most ${APPEND_BYTES_MAX} bytes`)
  }
  if (waitingBytes + sizeBytes > WAITING_BYTES_MAX) {
    throw new EngineError('unavailable', 'too many records wait to be written')
  }
}

/**
 * The requests that are committed together: appends, or changes of different partitions, so that
 * each sees what the ones before it did.
 */
function leadingGroup(waiting: ReadonlyArray<Append | Change>): ReadonlyArray<Append | Change> {
  const changed = new Set<string>()
  let sizeBytes = 0
  let count = 0
  for (const request of waiting) {
    if (request.kind !== waiting[0]?.kind || count === GROUP_REQUESTS_MAX) break
    if (request.kind === 'append') {
      sizeBytes += request.sizeBytes
      if (count > 0 && sizeBytes > GROUP_BYTES_MAX) break
    } else {
      const key = `${request.id.partition}/${request.id.topic}`
      if (changed.has(key)) break
      changed.add(key)
    }
    count++
  }
  return waiting.slice(0, count)
}

/** Gives every append its place; rejects those whose partition takes no records any more. */
function planAppends(appends: ReadonlyArray<Append>): ReadonlyArray<Plan> {
  const plans: Plan[] = []
  const last = new Map<Partition, Plan>()
  for (const append of appends) {
    const { partition, records, sizeBytes } = append
    if (partition.removed) append.reject(notFound(partition.id))
    else if (partition.settings.closed) append.reject(closed(partition))
    else {
      const open = last.get(partition)
      if (open && open.sizeBytes + sizeBytes <= BATCH_BYTES_MAX) {
        open.appends.push(append)
        open.recordCount += records.length
        open.sizeBytes += sizeBytes
        continue
      }
      const baseOffset = open ? open.baseOffset + open.recordCount : partition.endOffset
      const recordCount = records.length
      const plan = { partition, baseOffset, appends: [append], recordCount, sizeBytes }
      plans.push(plan)
      last.set(partition, plan)
    }
  }
  return plans
}

function publish(tail: TailCache, plan: Plan, body: Buffer): void {
  const { partition, baseOffset } = plan
  const maxTimestampMs = readBatchHeader(body, 0)?.maxTimestampMs ?? 0
  const endOffset = baseOffset + plan.recordCount
  // It was removed while its records were on their way: they are durable, and gone with it.
  if (partition.removed) return
  tail.publish({ partition, bytes: body, baseOffset, endOffset, maxTimestampMs, written: false })
}

function acknowledge(plan: Plan): void {
  let { baseOffset } = plan
  for (const append of plan.appends) {
    append.resolve({ baseOffset })
    baseOffset += append.records.length
  }
}

function isChange(change: Change, partition: Partition | undefined): boolean {
  if (!change.settings || !partition)
    return change.settings !== undefined || partition !== undefined
  const { retentionMs, retentionBytes, closed } = partition.settings
  return (
    change.settings.retentionMs !== retentionMs ||
    change.settings.retentionBytes !== retentionBytes ||
    Boolean(change.settings.closed) !== Boolean(closed)
  )
}

function entryOf(change: Change, number: number): WalEntry {
  const { id, settings } = change
  const body = settings ? Buffer.from(JSON.stringify({ id, settings })) : Buffer.alloc(0)
  return { kind: settings ? 'settings' : 'removal', partition: number, baseOffset: 0, body }
}

function closed({ id }: Partition): EngineError {
  return new EngineError('conflict', `partition ${id.partition} of ${id.topic} is closed`)
}

function sizeOf(records: ReadonlyArray<LogRecord>): number {
  let size = 0
  for (const record of records) {
    size += RECORD_OVERHEAD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0)
    if (record.headers === undefined) continue
    for (const { name, value } of record.headers) size += 3 * name.length + (value?.length ?? 0) + 8
  }
  return size
}
