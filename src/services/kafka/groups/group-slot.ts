import type { Logger } from '../../../base/logger.ts'
import type { Scope } from '../../../base/scope.ts'
import { abandonClassic } from './classic/membership.ts'
import type { Group, GroupRecord } from './group-record.ts'
import { recordOf } from './group-record.ts'
import type { GroupStore } from './group-store.ts'
import type { Reply } from './reply.ts'

/** A group in memory, and what is on its way between it and the medium. */
export interface Slot {
  readonly scope: Scope
  readonly groupId: string
  group: Group
  /** The medium has some state of it. */
  isStored: boolean
  /** The last offsets that were sent to the medium; never rejects. */
  lastCommit: Promise<void>
}

export interface LiveSlot extends Slot {
  unsaved: GroupRecord | undefined
  isWriting: boolean
  /** The last write failed: what is in memory is not to be trusted. */
  isBroken: boolean
  /** Answers to events, in the order of these. */
  outbox: Waiting[]
  wakeAtMs: number
}

interface Waiting {
  deliver(): void
  fail(error: unknown): void
}

/** Takes changes of groups to the medium, and lets answers go once what they tell of is there. */
export interface SlotSaver {
  /**
   * After every event: stores what has changed, and answers what waits for no write. Events that come
   * while one is under way share the next. A failed write fails all who wait, and breaks the slot.
   */
  settle(slot: LiveSlot): void
}

export function createSlot(
  scope: Scope,
  groupId: string,
  group: Group,
  isStored: boolean,
): LiveSlot {
  return {
    scope: { accountId: scope.accountId, region: scope.region },
    groupId,
    group,
    isStored,
    lastCommit: Promise.resolve(),
    unsaved: undefined,
    isWriting: false,
    isBroken: false,
    outbox: [],
    wakeAtMs: Number.POSITIVE_INFINITY,
  }
}

/** Where the answer to an event of this slot goes: it waits for its turn in the outbox. */
export function replyThrough<T>(
  slot: LiveSlot,
  resolve: (value: T) => void,
  fail: (error: unknown) => void,
): Reply<T> {
  return { answer: (value) => slot.outbox.push({ deliver: () => resolve(value), fail }), fail }
}

/** Nothing is left of it that anybody could ask for. */
export function isWorthless({ group, isStored, unsaved, isWriting, outbox }: LiveSlot): boolean {
  if (isStored || unsaved || isWriting || outbox.length > 0) return false
  return group.members.size === 0 && (group.kind === 'consumer' || group.pendingIds.size === 0)
}

export function createSlotSaver(deps: {
  readonly store: GroupStore
  readonly log: Logger
}): SlotSaver {
  const { store, log } = deps

  async function write(slot: LiveSlot): Promise<void> {
    slot.isWriting = true
    try {
      while (slot.unsaved) {
        const record = slot.unsaved
        const waiting = slot.outbox.length
        slot.unsaved = undefined
        await store.put(slot.scope, slot.groupId, record)
        slot.isStored = true
        deliver(slot, waiting)
      }
      deliver(slot, slot.outbox.length)
    } catch (error) {
      log.error({ group: slot.groupId, err: error }, 'a group could not be stored')
      breakSlot(slot, error)
    } finally {
      slot.isWriting = false
    }
  }

  return {
    settle(slot) {
      if (slot.group.changed) {
        slot.group.changed = false
        slot.unsaved = recordOf(slot.group)
      }
      if (slot.isWriting) return
      if (slot.unsaved) void write(slot)
      else deliver(slot, slot.outbox.length)
    },
  }
}

/** Nothing of it is stored any more, and all who wait fail. */
export function breakSlot(slot: LiveSlot, error: unknown): void {
  slot.isBroken = true
  slot.unsaved = undefined
  for (const waiting of slot.outbox.splice(0)) waiting.fail(error)
  if (slot.group.kind === 'classic') abandonClassic(slot.group, error)
}

function deliver(slot: LiveSlot, count: number): void {
  for (const waiting of slot.outbox.splice(0, count)) waiting.deliver()
}
