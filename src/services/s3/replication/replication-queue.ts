import type { Clock } from '../../../base/clock.ts'
import type { KeyPart } from '../../../base/ordered-key.ts'
import type { Random } from '../../../base/random.ts'
import type { EventPut } from '../../../base/service-events.ts'
import { createWaker } from '../../../base/waker.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { ObjectRecord } from '../objects/object-record.ts'
import type { ReplicationState } from './replication-rules.ts'
import { wantingRules } from './replication-rules.ts'

/** A copy to be made in another bucket, or to be brought up to date. */
export interface ReplicationTask {
  readonly source: Pick<Bucket, 'name' | 'storeId' | 'accountId'>
  readonly key: string
  readonly versionId: string
  readonly ruleId: string
  readonly destination: string
  /** `changes`: tags and locks of a copy that is there already. */
  readonly what: 'version' | 'changes'
  readonly createdMs: number
}

export interface ReplicationEntry {
  readonly id: ReadonlyArray<KeyPart>
  readonly task: ReplicationTask
}

/**
 * Copies that are still to be made, in the order of the writes. They are written in the commit of the
 * version itself, so that a crash parts neither from the other.
 */
export interface ReplicationQueue {
  /** How a new version begins; undefined when no rule wants it. */
  stateOf(bucket: Bucket, key: string, record: ObjectRecord): ReplicationState | undefined
  /** The writes for the commit of a new version. */
  putsOf(bucket: Bucket, key: string, record: ObjectRecord): ReadonlyArray<EventPut>
  /** The writes for a commit that changes what is kept of a version. */
  putsOfChange(bucket: Bucket, key: string, record: ObjectRecord): ReadonlyArray<EventPut>
  /** After the commit: copying begins at once. */
  committed(): void
  /** The oldest. */
  first(limit: number): Promise<ReadonlyArray<ReplicationEntry>>
  done(entries: ReadonlyArray<ReplicationEntry>): Promise<void>
  /** Resolves when something was committed, after `ms`, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

const everywhere = { accountId: '', region: '' }

export function createReplicationQueue(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): ReplicationQueue {
  const { meta, clock, random } = deps
  /** Ids are the time of the write, and a text: of those of one time by sequencer. */
  const tasks = createDocuments<ReplicationTask>(meta, 's3/replication')
  const waker = createWaker(clock)

  function putsFor(
    bucket: Bucket,
    key: string,
    { versionId = '', sequencer }: ObjectRecord,
    wanted: ReadonlyArray<Pick<ReplicationTask, 'ruleId' | 'destination' | 'what'>>,
  ): ReadonlyArray<EventPut> {
    const { name, storeId, accountId } = bucket
    const createdMs = clock.wallMs()
    return wanted.flatMap((one) => {
      const source = { name, storeId, accountId }
      const id = [createdMs, `${sequencer}-${random.bytes(8).toString('hex')}`]
      return tasks.putBatch(everywhere, id, { source, key, versionId, createdMs, ...one }).puts
    })
  }

  const rulesFor = (bucket: Bucket, key: string, record: ObjectRecord) =>
    bucket.replication && bucket.versioning === 'Enabled'
      ? wantingRules(bucket.replication, key, record)
      : []

  return {
    stateOf(bucket, key, record) {
      const rules = rulesFor(bucket, key, record)
      if (rules.length === 0 || record.isDeleteMarker) return undefined
      const pending = rules.map(({ destination }) => [destination.bucketName, 'PENDING'] as const)
      return { destinations: Object.fromEntries(pending) }
    },

    putsOf(bucket, key, record) {
      const wanted = rulesFor(bucket, key, record).map(({ id, destination }) => ({
        ruleId: id,
        destination: destination.bucketName,
        what: 'version' as const,
      }))
      return putsFor(bucket, key, record, wanted)
    },

    putsOfChange(bucket, key, record) {
      const { replication } = record
      if (!bucket.replication || !replication || 'isReplica' in replication) return []
      const wanted = bucket.replication.rules
        .filter(({ destination }) => destination.bucketName in replication.destinations)
        .map(({ id, destination }) => ({ ruleId: id, destination: destination.bucketName }))
      const one = new Map(wanted.map((rule) => [rule.destination, rule]))
      const changes = [...one.values()].map((rule) => ({ ...rule, what: 'changes' as const }))
      return putsFor(bucket, key, record, changes)
    },

    committed: waker.wake,

    async first(limit) {
      const page = await tasks.list(everywhere, { limit })
      return page.map(({ id, value }) => ({ id, task: value }))
    },

    async done(entries) {
      await meta.commit({ removals: entries.map(({ id }) => tasks.keyOf(everywhere, id)) })
    },

    wait: waker.wait,
  }
}
