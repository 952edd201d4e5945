import type { Clock } from '../../../base/clock.ts'
import type { EngineError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Scope } from '../../../base/scope.ts'
import { createWaker } from '../../../base/waker.ts'
import { expire } from './classic/membership.ts'
import { expireConsumers } from './consumer/heartbeat.ts'
import type { Group, GroupRecord } from './group-record.ts'
import { groupOf, recordOf } from './group-record.ts'
import type { LiveSlot, Slot, SlotSaver } from './group-slot.ts'
import { breakSlot, createSlot, createSlotSaver, isWorthless, replyThrough } from './group-slot.ts'
import type { GroupStore } from './group-store.ts'
import { GROUPS_MAX } from './limits.ts'
import type { Moment } from './moment.ts'
import { momentOf } from './moment.ts'
import type { Reply } from './reply.ts'
import type { Turns } from './turns.ts'
import { createTurns } from './turns.ts'

export type GroupEvent<T> = (group: Group, reply: Reply<T>, now: Moment) => void

/**
 * The groups of this process: all that are kept, and those that come about. Events change a group in
 * memory at once; answers wait until the state that they tell of is on the medium. A write that fails
 * takes the group back to what is there, and fails all who wait for it.
 */
export interface GroupTable {
  /** Resolves when all groups are in memory. */
  ready(): Promise<void>
  find(scope: Scope, groupId: string): Slot | undefined
  list(scope: Scope): ReadonlyArray<Slot>
  all(): ReadonlyArray<Slot>
  /** The group, or a new one, which is forgotten unless an event makes it worth keeping; undefined: too many. */
  open(scope: Scope, groupId: string, create: (now: Moment) => Group): Slot | undefined
  /**
   * Changes the group by an event. Nothing is awaited inside, so events never meet. Resolves with
   * what the event answers to `reply`, when the state of that moment is durable.
   */
  ask<T>(slot: Slot, event: GroupEvent<T>): { readonly answer: Promise<T> }
  /** Runs pieces of work for one group in the order of the calls: the next begins when one has ended. */
  inTurn<T>(scope: Scope, groupId: string, work: () => Promise<T>): Promise<T>
  /** What the medium has to know of a group that is not stored yet; from now on it counts as stored. */
  firstRecord(slot: Slot): GroupRecord | undefined
  forget(slot: Slot): void
  /** Forgets the group though it has members: all who wait for it fail. */
  drop(slot: Slot, error: EngineError): void
  /** Lets deadlines have their effect until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

/** How long to wait before the groups are read again, when that failed. */
const LOAD_RETRY_MS = 1_000
const REST_MS_MIN = 1
const REST_MS_MAX = 3_600_000

export function createGroupTable(deps: {
  readonly store: GroupStore
  readonly clock: Clock
  readonly log: Logger
}): GroupTable {
  return new Table(deps.store, deps.clock, deps.log)
}

class Table implements GroupTable {
  readonly #store: GroupStore
  readonly #clock: Clock
  readonly #log: Logger
  readonly #saver: SlotSaver
  readonly #turns: Turns = createTurns()
  readonly #waker
  readonly #scopes = new Map<string, Map<string, LiveSlot>>()
  #loading: Promise<void> | undefined
  #nextWakeMs = Number.POSITIVE_INFINITY

  constructor(store: GroupStore, clock: Clock, log: Logger) {
    this.#store = store
    this.#clock = clock
    this.#log = log
    this.#saver = createSlotSaver({ store, log })
    this.#waker = createWaker(clock)
  }

  async ready(): Promise<void> {
    this.#loading ??= this.#load()
    await this.#loading
  }

  find(scope: Scope, groupId: string): LiveSlot | undefined {
    return this.#scopes.get(scopeKey(scope))?.get(groupId)
  }

  list(scope: Scope): ReadonlyArray<LiveSlot> {
    return [...(this.#scopes.get(scopeKey(scope))?.values() ?? [])]
  }

  all(): ReadonlyArray<LiveSlot> {
    return [...this.#scopes.values()].flatMap((slots) => [...slots.values()])
  }

  open(scope: Scope, groupId: string, create: (now: Moment) => Group): Slot | undefined {
    const found = this.find(scope, groupId)
    if (found) return found
    if ((this.#scopes.get(scopeKey(scope))?.size ?? 0) >= GROUPS_MAX) return undefined
    return this.#add(createSlot(scope, groupId, create(momentOf(this.#clock)), false))
  }

  ask<T>(of: Slot, event: GroupEvent<T>): { readonly answer: Promise<T> } {
    const slot = of as LiveSlot
    const answer = new Promise<T>((resolve, reject) => {
      event(slot.group, replyThrough(slot, resolve, reject), momentOf(this.#clock))
      this.#settle(slot)
    })
    return { answer }
  }

  inTurn<T>(scope: Scope, groupId: string, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(`${scopeKey(scope)}/${groupId}`, async () => {
      const slot = this.find(scope, groupId)
      if (slot?.isBroken) await this.#repair(slot)
      return work()
    })
  }

  firstRecord(slot: Slot): GroupRecord | undefined {
    if (slot.isStored) return undefined
    slot.isStored = true
    return recordOf(slot.group)
  }

  forget(slot: Slot): void {
    const key = scopeKey(slot.scope)
    const slots = this.#scopes.get(key)
    if (slots?.get(slot.groupId) !== slot) return
    slots.delete(slot.groupId)
    if (slots.size === 0) this.#scopes.delete(key)
  }

  drop(slot: Slot, error: EngineError): void {
    breakSlot(slot as LiveSlot, error)
    this.forget(slot)
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !(await this.#hasLoaded())) {
      await this.#clock.sleep(LOAD_RETRY_MS, signal)
    }
    while (!signal.aborted) {
      this.#expireDue()
      const restMs = this.#nextWakeMs - this.#clock.monotonicMs()
      // Not by the bell, which may have rung: whatever is due again at once, others get their turn.
      if (restMs < REST_MS_MIN) await this.#clock.sleep(REST_MS_MIN, signal)
      else await this.#waker.wait(Math.min(restMs, REST_MS_MAX), signal)
    }
  }

  async #load(): Promise<void> {
    try {
      for await (const { scope, groupId, record } of this.#store.everywhere()) {
        this.#add(createSlot(scope, groupId, groupOf(groupId, record, momentOf(this.#clock)), true))
      }
    } catch (error) {
      this.#loading = undefined
      this.#scopes.clear()
      throw error
    }
  }

  async #hasLoaded(): Promise<boolean> {
    try {
      await this.ready()
      return true
    } catch (error) {
      this.#log.error({ err: error }, 'the groups could not be read; trying again')
      return false
    }
  }

  #add(slot: LiveSlot): LiveSlot {
    const key = scopeKey(slot.scope)
    const slots = this.#scopes.get(key) ?? new Map<string, LiveSlot>()
    this.#scopes.set(key, slots)
    slots.set(slot.groupId, slot)
    this.#schedule(slot)
    return slot
  }

  #settle(slot: LiveSlot): void {
    this.#saver.settle(slot)
    this.#schedule(slot)
    if (isWorthless(slot)) this.forget(slot)
  }

  /** One sleeper for all groups; heartbeats, which only put deadlines off, never wake it. */
  #schedule(slot: LiveSlot): void {
    slot.wakeAtMs = slot.group.earliestMs
    if (slot.wakeAtMs >= this.#nextWakeMs) return
    this.#nextWakeMs = slot.wakeAtMs
    this.#waker.wake()
  }

  #expireDue(): void {
    const now = momentOf(this.#clock)
    for (const slot of this.all()) {
      if (slot.isBroken || slot.wakeAtMs > now.monotonicMs) continue
      if (slot.group.kind === 'classic') expire(slot.group, now)
      else expireConsumers(slot.group, now)
      this.#settle(slot)
    }
    this.#nextWakeMs = Number.POSITIVE_INFINITY
    for (const { isBroken, wakeAtMs } of this.all()) {
      if (!isBroken) this.#nextWakeMs = Math.min(this.#nextWakeMs, wakeAtMs)
    }
  }

  /** Back to what is on the medium. */
  async #repair(slot: LiveSlot): Promise<void> {
    const record = await this.#store.get(slot.scope, slot.groupId)
    if (!record) {
      this.forget(slot)
      return
    }
    slot.group = groupOf(slot.groupId, record, momentOf(this.#clock))
    slot.isBroken = false
    this.#schedule(slot)
  }
}

function scopeKey({ accountId, region }: Scope): string {
  return `${accountId}/${region}`
}
