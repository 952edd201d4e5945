import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { KafkaErrorName } from '../../../wire/kafka/errors.ts'
import type { Topic, Topics } from '../parts.ts'
import { CONSUMER_PROTOCOL_TYPE } from './classic/subscription.ts'
import { isEmpty, subscribes } from './group-facts.ts'
import type { Group } from './group-record.ts'
import type { Slot } from './group-slot.ts'
import type { GroupStore } from './group-store.ts'
import type { GroupTable } from './group-table.ts'
import { OFFSET_RETENTION_MS } from './limits.ts'
import type { KeptOffset, OffsetPlace, OffsetStore } from './offset-store.ts'

/** How groups and offsets go. */
export interface Retirement {
  /** Removes a group without members, with all it has. Durable when resolved. */
  deleteGroup(scope: Scope, groupId: string): Promise<KafkaErrorName>
  /** Removes all groups of an account, or of all accounts, with members or without. */
  removeEverything(accountId: string | undefined): Promise<void>
  /** A topic is gone: so are all offsets in it, but not those in one that was made anew meanwhile. */
  topicDeleted(scope: Scope, topic: Pick<Topic, 'name' | 'id'>): Promise<void>
  /** Removes the offsets whose time is over, and the groups without members that have none left. */
  expireAll(signal: AbortSignal): Promise<void>
}

export function createRetirement(deps: {
  readonly table: GroupTable
  readonly store: GroupStore
  readonly offsets: OffsetStore
  readonly topics: Topics
  readonly clock: Clock
}): Retirement {
  const { table, store, offsets, topics, clock } = deps

  async function remove(slot: Slot): Promise<void> {
    await slot.lastCommit
    await offsets.removeAll(slot.scope, slot.groupId)
    await store.remove(slot.scope, slot.groupId)
    table.forget(slot)
  }

  async function expire(slot: Slot): Promise<void> {
    const { scope, groupId } = slot
    await slot.lastCommit
    const nowMs = clock.wallMs()
    const ids = new Map<string, string | undefined>()
    const lapsed: OffsetPlace[] = []
    let keptCount = 0
    for await (const { topic, partition, kept } of offsets.list(scope, groupId)) {
      if (!ids.has(topic)) ids.set(topic, (await topics.find(scope, topic))?.id)
      const isGone = ids.get(topic) !== kept.topicId
      if (isGone || hasLapsed(slot.group, topic, kept, nowMs)) lapsed.push({ topic, partition })
      else keptCount++
    }
    await offsets.remove(scope, groupId, lapsed)
    if (keptCount > 0 || !isEmpty(slot.group)) return
    for await (const _pending of offsets.listPending(scope, groupId)) return
    await remove(slot)
  }

  return {
    async deleteGroup(scope, groupId) {
      await table.ready()
      return table.inTurn(scope, groupId, async () => {
        const slot = table.find(scope, groupId)
        if (!slot) return 'GROUP_ID_NOT_FOUND'
        if (!isEmpty(slot.group)) return 'NON_EMPTY_GROUP'
        await remove(slot)
        return 'NONE'
      })
    },
    async removeEverything(accountId) {
      await table.ready()
      for (const { scope, groupId } of table.all()) {
        if (accountId !== undefined && scope.accountId !== accountId) continue
        await table.inTurn(scope, groupId, async () => {
          const slot = table.find(scope, groupId)
          if (!slot) return
          table.drop(slot, new EngineError('unavailable', 'the account is being emptied'))
          await remove(slot)
        })
      }
    },
    async topicDeleted(scope, { name, id }) {
      await table.ready()
      for (const { groupId } of table.list(scope)) {
        await table.inTurn(scope, groupId, async () => {
          const slot = table.find(scope, groupId)
          await slot?.lastCommit
          const places: OffsetPlace[] = []
          for await (const place of offsets.list(scope, groupId, name)) {
            if (place.kept.topicId === id) places.push(place)
          }
          await offsets.remove(scope, groupId, places)
        })
      }
    },
    async expireAll(signal) {
      await table.ready()
      for (const { scope, groupId } of table.all()) {
        if (signal.aborted) return
        await table.inTurn(scope, groupId, async () => {
          const slot = table.find(scope, groupId)
          if (slot) await expire(slot)
        })
      }
    },
  }
}

/**
 * Apache's rules: while members read a topic its offsets stay; what nobody reads lapses after its
 * commit, in a group that lost its members not before it has been without them that long.
 */
function hasLapsed(group: Group, topic: string, kept: KeptOffset, nowMs: number): boolean {
  if (subscribes(group, topic)) return false
  const isEmptied =
    group.kind === 'classic' && group.state === 'Empty' && group.protocolType !== null
  if (group.kind === 'classic' && group.state !== 'Empty') {
    if (group.state !== 'Stable' || group.protocolType !== CONSUMER_PROTOCOL_TYPE) return false
  }
  if (kept.expiresMs !== undefined) return kept.expiresMs <= nowMs
  const sinceMs = isEmptied ? Math.max(group.stateSinceMs, kept.committedMs) : kept.committedMs
  return sinceMs + OFFSET_RETENTION_MS <= nowMs
}
