import type { Clock } from '../../base/clock.ts'
import type { KeyPart } from '../../base/ordered-key.ts'
import { encodeKey } from '../../base/ordered-key.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { EventPut } from '../../base/service-events.ts'
import { createWaker } from '../../base/waker.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import { commitUnlessChanged } from '../../engines/meta/guarded-commit.ts'
import type { MetaBatch, MetaStore } from '../../engines/meta/port.ts'
import type { BusEvent } from './bus-event.ts'
import type { RuleTarget } from './rules.ts'

/** An event that waits to be matched. */
export interface Arrival {
  readonly scope: Scope
  readonly busName: string
  readonly event: BusEvent
  /** For this rule alone, whatever its pattern: an event of its schedule. */
  readonly ruleName?: string
  /** Only these of the rules that it matches: an event of a replay. */
  readonly ruleArns?: ReadonlyArray<string>
}

/** An event on its way to one target of a rule, after a failure. */
export interface Delivery {
  readonly scope: Scope
  readonly ruleArn: string
  readonly target: RuleTarget
  readonly event: BusEvent
  readonly attempts: number
  readonly createdMs: number
}

export interface Waiting<T> {
  readonly id: ReadonlyArray<KeyPart>
  readonly value: T
}

/** What became of a delivery that has to be tried again. */
export interface Retry {
  readonly dueMs: number
  readonly delivery: Delivery
}

/** Events between their acknowledgement and their delivery: durable, at least once. */
export interface EventQueue {
  /** The writes that stand for events, for a commit of the caller's. */
  puts(arrivals: ReadonlyArray<Arrival>): ReadonlyArray<EventPut>
  /** Durable when resolved. */
  add(arrivals: ReadonlyArray<Arrival>): Promise<void>
  wake(): void
  arrivals(limit: number): Promise<ReadonlyArray<Waiting<Arrival>>>
  due(limit: number): Promise<ReadonlyArray<Waiting<Delivery>>>
  nextDueMs(): Promise<number | undefined>
  /**
   * In one commit: these are done with, those are to be tried again, and what `beside` has. False, with
   * nothing written, when a check of `beside` does not hold.
   */
  settle(done: Settled, retries: ReadonlyArray<Retry>, beside?: MetaBatch): Promise<boolean>
  /** Both resolve when there is a new one, after `ms`, or when the signal aborts. */
  waitForArrivals(ms: number, signal: AbortSignal): Promise<void>
  waitForDeliveries(ms: number, signal: AbortSignal): Promise<void>
  /** Drops what waits of an account, or of all of them. */
  removeEverything(accountId: string | undefined): Promise<void>
}

export interface Settled {
  readonly arrivals?: ReadonlyArray<Waiting<Arrival>>
  readonly deliveries?: ReadonlyArray<Waiting<Delivery>>
}

const ARRIVALS = 'events/arrival'
const DELIVERIES = 'events/delivery'
/** The queue is one for all accounts, so that one loop finds all work. */
const everywhere = { accountId: '', region: '' }

export function createEventQueue(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): EventQueue {
  const { meta, clock, random } = deps
  const arrivals = createDocuments<Arrival>(meta, ARRIVALS)
  const deliveries = createDocuments<Delivery>(meta, DELIVERIES)
  const arrivalWaker = createWaker(clock)
  const deliveryWaker = createWaker(clock)
  meta.watch(encodeKey([ARRIVALS]), arrivalWaker.wake)
  meta.watch(encodeKey([DELIVERIES]), deliveryWaker.wake)
  let count = 0
  /** In the order in which this process takes them, and unlike those of any other. */
  const newId = (ms: number) => {
    const place = String(count++).padStart(12, '0')
    return [ms, `${place}-${random.bytes(8).toString('hex')}`]
  }

  function puts(added: ReadonlyArray<Arrival>): ReadonlyArray<EventPut> {
    const now = clock.wallMs()
    return added.flatMap((one) => arrivals.putBatch(everywhere, newId(now), one).puts)
  }

  return {
    puts,
    async add(added) {
      await meta.commit({ puts: puts(added) })
      arrivalWaker.wake()
    },
    wake: arrivalWaker.wake,
    arrivals: (limit) => arrivals.list(everywhere, { limit }),
    async due(limit) {
      const page = await deliveries.list(everywhere, { limit })
      return page.filter(({ id: [dueMs] }) => Number(dueMs) <= clock.wallMs())
    },
    async nextDueMs() {
      const [next] = await deliveries.list(everywhere, { limit: 1 })
      return next && Number(next.id[0])
    },
    async settle(done, retries, beside = {}) {
      const removals = [
        ...(done.arrivals ?? []).map(({ id }) => arrivals.keyOf(everywhere, id)),
        ...(done.deliveries ?? []).map(({ id }) => deliveries.keyOf(everywhere, id)),
      ]
      const again = retries.flatMap(
        ({ dueMs, delivery }) => deliveries.putBatch(everywhere, newId(dueMs), delivery).puts,
      )
      const puts = [...again, ...(beside.puts ?? [])]
      const isDone = await commitUnlessChanged(meta, { ...beside, removals, puts })
      if (isDone && again.length > 0) deliveryWaker.wake()
      return isDone
    },
    waitForArrivals: arrivalWaker.wait,
    waitForDeliveries: deliveryWaker.wait,
    async removeEverything(accountId) {
      for (const documents of [arrivals, deliveries]) {
        for await (const { id, value } of documents.everywhere()) {
          const isMeant = accountId === undefined || value.scope.accountId === accountId
          if (isMeant) await documents.remove(everywhere, ...id)
        }
      }
    },
  }
}
