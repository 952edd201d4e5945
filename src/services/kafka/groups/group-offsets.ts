import type { Clock } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import type { KafkaErrorName } from '../../../wire/kafka/errors.ts'
import type { GroupMemberClaim, GroupOffset, Topic, Topics } from '../parts.ts'
import { createClassicGroup } from './classic/classic-group.ts'
import { commitError, noteCommit } from './classic/membership.ts'
import type { Group } from './group-record.ts'
import type { Slot } from './group-slot.ts'
import type { GroupStore } from './group-store.ts'
import type { GroupTable } from './group-table.ts'
import { OFFSET_METADATA_CHARS_MAX } from './limits.ts'
import { momentOf } from './moment.ts'
import type { OffsetStore, PlacedOffset } from './offset-store.ts'

/** Commits of members, and of those who only keep their offsets in a group. */
export interface OffsetCommits {
  /** One answer for each offset, in their order; durable when resolved. */
  commit(
    scope: Scope,
    claim: GroupMemberClaim,
    offsets: ReadonlyArray<GroupOffset>,
    options: { readonly version: number; readonly retentionMs: number | undefined },
  ): Promise<ReadonlyArray<KafkaErrorName>>
  /** Keeps offsets apart until the transaction of the producer ends. */
  pend(
    scope: Scope,
    claim: GroupMemberClaim,
    producerId: number,
    offsets: ReadonlyArray<GroupOffset>,
  ): Promise<KafkaErrorName>
  settle(scope: Scope, groupId: string, producerId: number, commit: boolean): Promise<void>
}

interface OffsetDeps {
  readonly table: GroupTable
  readonly store: GroupStore
  readonly offsets: OffsetStore
  readonly topics: Topics
  readonly clock: Clock
}

/** From this version on clients know the errors of KIP-848. */
const EPOCHS_SINCE_VERSION = 9

export function createOffsetCommits(deps: OffsetDeps): OffsetCommits {
  const { table, offsets: offsetStore, topics, clock } = deps

  return {
    async commit(scope, claim, offsets, { version, retentionMs }) {
      const { groupId } = claim
      await table.ready()
      const { errors, done } = await table.inTurn(scope, groupId, async () => {
        const found = await topicsOf(topics, scope, offsets)
        const refusal = claimError(table.find(scope, groupId)?.group, claim, version)
        const nowMs = clock.wallMs()
        const rows = offsets.map((one) => check(one, found, refusal))
        const placed = offsets.flatMap((one, index) =>
          rows[index] === 'NONE' ? [place(one, found, nowMs, retentionMs)] : [],
        )
        if (placed.length === 0) return { errors: rows, done: Promise.resolve() }
        const slot = openForOffsets(table, scope, groupId)
        if (!slot) return { errors: rows.map(() => 'POLICY_VIOLATION' as const) }
        if (slot.group.kind === 'classic') {
          noteCommit(slot.group, { ...claim, ...classicClaim(claim) }, momentOf(clock))
        }
        const write = (others: Puts) => offsetStore.put(scope, groupId, placed, others)
        return { errors: rows, done: writeWithGroup(deps, slot, write) }
      })
      await done
      return errors
    },
    async pend(scope, claim, producerId, offsets) {
      const { groupId } = claim
      await table.ready()
      const { error, done } = await table.inTurn(scope, groupId, async () => {
        const found = await topicsOf(topics, scope, offsets)
        const refusal = claimError(table.find(scope, groupId)?.group, claim)
        const rows = offsets.map((one) => check(one, found, refusal))
        const failed = rows.find((row) => row !== 'NONE')
        if (failed !== undefined) return { error: failed }
        const slot = openForOffsets(table, scope, groupId)
        if (!slot) return { error: 'POLICY_VIOLATION' as const }
        const nowMs = clock.wallMs()
        const placed = offsets.map((one) => place(one, found, nowMs, undefined))
        const write = (others: Puts) => offsetStore.pend(scope, groupId, producerId, placed, others)
        return { error: 'NONE' as const, done: writeWithGroup(deps, slot, write) }
      })
      await done
      return error
    },
    async settle(scope, groupId, producerId, commit) {
      await table.ready()
      await table.inTurn(scope, groupId, async () => {
        // What was committed before must be seen: the newer of the two is kept.
        await table.find(scope, groupId)?.lastCommit
        await offsetStore.settle(scope, groupId, producerId, commit)
      })
    },
  }
}

type Puts = ReturnType<GroupStore['putBatch']>

/** A group that is not on the medium yet gets there with its first offsets. */
function writeWithGroup(
  { table, store }: OffsetDeps,
  slot: Slot,
  write: (others: Puts) => Promise<void>,
): Promise<void> {
  const record = table.firstRecord(slot)
  const done = write(record ? store.putBatch(slot.scope, slot.groupId, record) : [])
  slot.lastCommit = done.then(
    () => undefined,
    () => {
      if (record) slot.isStored = false
    },
  )
  return done
}

/** A group of offsets only has no members and no protocol. */
function openForOffsets(table: GroupTable, scope: Scope, groupId: string): Slot | undefined {
  return table.open(scope, groupId, ({ wallMs }) => createClassicGroup(groupId, wallMs))
}

async function topicsOf(
  topics: Topics,
  scope: Scope,
  offsets: ReadonlyArray<GroupOffset>,
): Promise<ReadonlyMap<string, Topic>> {
  const names = [...new Set(offsets.map(({ topic }) => topic))]
  const found = await Promise.all(names.map((name) => topics.find(scope, name)))
  return new Map(found.flatMap((topic) => (topic ? [[topic.name, topic] as const] : [])))
}

/** Stricter than Apache in one thing: partitions that the topic does not have are refused too. */
function check(
  { topic, partition, metadata }: GroupOffset,
  found: ReadonlyMap<string, Topic>,
  refusal: KafkaErrorName,
): KafkaErrorName {
  const count = found.get(topic)?.partitionCount ?? 0
  if (partition < 0 || partition >= count) return 'UNKNOWN_TOPIC_OR_PARTITION'
  if (refusal !== 'NONE') return refusal
  const isLong = (metadata?.length ?? 0) > OFFSET_METADATA_CHARS_MAX
  return isLong ? 'OFFSET_METADATA_TOO_LARGE' : 'NONE'
}

function place(
  { topic, partition, offset, leaderEpoch, metadata }: GroupOffset,
  found: ReadonlyMap<string, Topic>,
  nowMs: number,
  retentionMs: number | undefined,
): PlacedOffset {
  return {
    topic,
    partition,
    kept: {
      offset,
      leaderEpoch,
      metadata,
      committedMs: nowMs,
      topicId: found.get(topic)?.id ?? '',
      ...(retentionMs !== undefined && { expiresMs: nowMs + retentionMs }),
    },
  }
}

/** Whether who claims this may commit now. Without a version: as part of a transaction. */
function claimError(
  group: Group | undefined,
  claim: GroupMemberClaim,
  version?: number,
): KafkaErrorName {
  const isTransactional = version === undefined
  const knowsEpochs = (version ?? 0) >= EPOCHS_SINCE_VERSION
  if (!group) {
    if (claim.generationOrEpoch < 0) return 'NONE'
    return knowsEpochs ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION'
  }
  if (group.kind === 'classic') return commitError(group, classicClaim(claim), isTransactional)
  if (claim.generationOrEpoch < 0 && group.members.size === 0) return 'NONE'
  const member = group.members.get(claim.memberId)
  if (!member) return 'UNKNOWN_MEMBER_ID'
  if (!isTransactional && !knowsEpochs) return 'UNSUPPORTED_VERSION'
  if (claim.generationOrEpoch === member.epoch) return 'NONE'
  return isTransactional ? 'ILLEGAL_GENERATION' : 'STALE_MEMBER_EPOCH'
}

function classicClaim({ memberId, groupInstanceId, generationOrEpoch }: GroupMemberClaim) {
  return { memberId, instanceId: groupInstanceId, generation: generationOrEpoch }
}
