// Hot: one pass over the waiting writes a group; a promise a write, none a record.

import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type {
  Appended,
  BatchAppended,
  LogRecord,
  PartitionId,
  PartitionSettings,
  TransactionEnd,
} from '../port.ts'
import type { CheckedBatch } from './batch-check.ts'
import type { Change } from './changes.ts'
import { entryOf, planChange } from './changes.ts'
import type { BatchCipher } from './cipher.ts'
import type { Partition } from './partition.ts'
import type { Partitions } from './partitions.ts'
import type { TailCache } from './tail-cache.ts'
import type { WalEntry } from './wal-group.ts'
import type { Write } from './write-plan.ts'
import { planWrites } from './write-plan.ts'

/**
 * The group commit: what arrives while one group is being synced becomes the next group. Requests
 * take effect in the order of arrival; only a durable one takes effect.
 */
export interface Committer {
  append(partition: Partition, records: ReadonlyArray<LogRecord>): Promise<Appended>
  appendBatches(partition: Partition, batches: ReadonlyArray<CheckedBatch>): Promise<BatchAppended>
  endTransaction(
    partition: Partition,
    end: TransactionEnd,
  ): Promise<'ended' | 'invalid-producer-epoch'>
  ensure(id: PartitionId, settings: PartitionSettings): Promise<void>
  /** Answers the partition that was removed, if it was there. */
  remove(id: PartitionId): Promise<Partition | undefined>
  trim(id: PartitionId, offset: number): Promise<void>
  /** Resolves when nothing waits. */
  drained(): Promise<void>
}

export interface CommitterDeps {
  readonly clock: Clock
  readonly partitions: Partitions
  readonly tail: TailCache
  readonly cipher: BatchCipher
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
const GROUP_BYTES_MAX = 8 << 20
const GROUP_REQUESTS_MAX = 10_000
/** Records that wait for their commit; more are refused. */
const WAITING_BYTES_MAX = 256 << 20
const RECORD_OVERHEAD_BYTES = 32

const MARKER_BYTES = 100

export function createCommitter(deps: CommitterDeps): Committer {
  const queue = createQueue(async (group) => {
    const failure = deps.failure()
    if (failure) throw failure
    const writes = group.filter((request) => request.kind !== 'change')
    if (writes.length > 0) await commitWrites(writes)
    else await commitChanges(group.filter((request) => request.kind === 'change'))
  })

  async function commit(entries: ReadonlyArray<WalEntry>): Promise<void> {
    if (entries.length === 0) return
    try {
      await deps.commit(entries)
    } catch (error) {
      deps.fail(error)
      throw error
    }
  }

  async function commitWrites(writes: ReadonlyArray<Write>): Promise<void> {
    await deps.makeRoom()
    const { batches, settle } = planWrites(writes, deps.clock.wallMs())
    const stored = batches.map(({ partition, bytes }) => deps.cipher.seal(partition, bytes))
    await commit(
      batches.map(({ partition, header: { baseOffset }, bytes }, index) => {
        const body = stored[index] ?? bytes
        return { kind: 'batch', partition: partition.number, baseOffset, body }
      }),
    )
    for (const [index, { partition, header, bytes }] of batches.entries()) {
      // It was removed while its records were on their way: they are durable, and gone with it.
      if (partition.removed) continue
      deps.tail.publish(partition, { header, bytes, stored: stored[index] ?? bytes })
    }
    for (const tell of settle) tell()
    deps.onCommit()
  }

  async function commitChanges(changes: ReadonlyArray<Change>): Promise<void> {
    const { partitions } = deps
    let nextNumber = partitions.nextNumber()
    const planned = changes.flatMap((change) => {
      const partition = partitions.find(change.id)
      if (!planChange(change, partition)) return []
      return [{ change, partition, number: partition?.number ?? nextNumber++ }]
    })
    await commit(planned.map(({ change, number }) => entryOf(change, number)))
    for (const { change, partition, number } of planned) {
      const { id, to } = change
      if (to.kind === 'settings') partitions.apply(number, id, to.settings)
      else if (partition && to.kind === 'removal') partitions.remove(partition)
      else if (partition && to.kind === 'trim') partitions.trim(partition, to.offset)
      change.resolve(partition)
    }
    for (const change of changes) change.resolve(undefined)
  }

  return { ...createWriteRequests(queue), ...createChangeRequests(queue), drained: queue.drained }
}

type Request = Write | Change

interface Queue {
  enqueue(request: Request): void
  /** Bytes of the writes that wait or are being written. */
  waitingBytes(): number
  drained(): Promise<void>
}

function createQueue(commitGroup: (group: ReadonlyArray<Request>) => Promise<void>): Queue {
  let waiting: Request[] = []
  let waitingBytes = 0
  let running: Promise<void> | undefined

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
        if (request.kind !== 'change') waitingBytes -= request.sizeBytes
      }
    }
    running = undefined
  }

  return {
    enqueue(request) {
      waiting.push(request)
      if (request.kind !== 'change') waitingBytes += request.sizeBytes
      running ??= run()
    },
    waitingBytes: () => waitingBytes,
    async drained() {
      await running
    },
  }
}

function createWriteRequests({
  enqueue,
  waitingBytes,
}: Queue): Pick<Committer, 'append' | 'appendBatches' | 'endTransaction'> {
  return {
    append(partition, records) {
      const sizeBytes = sizeOf(records)
      refuseTooMuch(sizeBytes, waitingBytes())
      return new Promise((resolve, reject) => {
        enqueue({ kind: 'records', partition, records, sizeBytes, resolve, reject })
      })
    },
    appendBatches(partition, batches) {
      const sizeBytes = batches.reduce((sum, { bytes }) => sum + bytes.length, 0)
      refuseTooMuch(sizeBytes, waitingBytes())
      return new Promise((resolve, reject) => {
        enqueue({ kind: 'batches', partition, batches, sizeBytes, resolve, reject })
      })
    },
    endTransaction: (partition, end) =>
      new Promise((resolve, reject) => {
        enqueue({ kind: 'marker', partition, end, sizeBytes: MARKER_BYTES, resolve, reject })
      }),
  }
}

function createChangeRequests({ enqueue }: Queue): Pick<Committer, 'ensure' | 'remove' | 'trim'> {
  function changed(id: PartitionId, to: Change['to']): Promise<Partition | undefined> {
    return new Promise((resolve, reject) => enqueue({ kind: 'change', id, to, resolve, reject }))
  }
  return {
    async ensure(id, settings) {
      await changed(id, { kind: 'settings', settings })
    },
    remove: (id) => changed(id, { kind: 'removal' }),
    async trim(id, offset) {
      await changed(id, { kind: 'trim', offset })
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
 * The requests that are committed together: writes, or changes of different partitions, so that
 * each sees what the ones before it did.
 */
function leadingGroup(waiting: ReadonlyArray<Request>): ReadonlyArray<Request> {
  const changed = new Set<string>()
  const isChange = waiting[0]?.kind === 'change'
  let sizeBytes = 0
  let count = 0
  for (const request of waiting) {
    if ((request.kind === 'change') !== isChange || count === GROUP_REQUESTS_MAX) break
    if (request.kind !== 'change') {
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

function sizeOf(records: ReadonlyArray<LogRecord>): number {
  let size = 0
  for (const record of records) {
    size += RECORD_OVERHEAD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0)
    if (record.headers === undefined) continue
    for (const { name, value } of record.headers) size += 3 * name.length + (value?.length ?? 0) + 8
  }
  return size
}
