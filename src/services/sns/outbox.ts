import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import { decodeKey, encodeKey } from '../../base/ordered-key.ts'
import { createWaker } from '../../base/waker.ts'
import type { MetaBatch, MetaEntry, MetaStore } from '../../engines/meta/port.ts'
import type { TopicMessage } from './envelope.ts'
import { snsLimits } from './limits.ts'
import type { Protocol, Subscription } from './subscriptions.ts'

/** A message with what single protocols get instead of its text. */
export interface OutgoingMessage extends TopicMessage {
  readonly texts?: Readonly<Partial<Record<Protocol, string>>>
}

/** One message on its way to one subscription, which is its lane. */
export interface Delivery extends DeliveryRow {
  readonly lane: string
  readonly order: number
}

interface DeliveryRow {
  readonly messageId: string
  readonly dueMs: number
  readonly attempts: number
  /** Of FIFO topics: what comes behind it in the group waits for it. */
  readonly groupId?: string
  /** Whom to tell, when the subscription is gone by then. */
  readonly farewell?: Subscription
}

export type Fate = 'done' | { readonly dueMs: number }

/** Messages that were accepted and not yet delivered to all; survives any crash. */
export interface Outbox {
  /** The writes that accept a message for its subscriptions; with `committed` after the commit. */
  puts(message: OutgoingMessage, to: ReadonlyArray<Subscription>, sequence?: number): Puts
  committed(deliveryCount: number): void
  /** Rejects with `Throttled` when too much waits already. */
  expectRoom(deliveryCount: number): void
  /** The subscriptions that something waits for. */
  lanes(): Promise<ReadonlyArray<string>>
  /** What waits first in a lane: in a FIFO topic's order, else by the time when it is due. */
  head(lane: string, limit: number): Promise<ReadonlyArray<Delivery>>
  message(messageId: string): Promise<OutgoingMessage | undefined>
  settle(fates: ReadonlyArray<readonly [Delivery, Fate]>): Promise<void>
  /** Counts what waits, and removes what a crash left of messages that all have got. */
  recover(): Promise<void>
  wake(): void
  wait(ms: number, signal: AbortSignal): Promise<void>
}

type Puts = NonNullable<MetaBatch['puts']>

const DELIVERIES = 'sns/delivery'
const MESSAGES = 'sns/message'
/** Which deliveries a message still has. */
const OPEN = 'sns/open-delivery'
const PAGE = 1_000
/** Messages that are kept decoded. */
const CACHED_MAX = 100

export function createOutbox(deps: { readonly meta: MetaStore; readonly clock: Clock }): Outbox {
  const { meta, clock } = deps
  const waker = createWaker(clock)
  const cache = new Map<string, OutgoingMessage>()
  let waitingCount = 0
  let lastOrder = 0

  /** Microseconds since the epoch, and never the same twice: those of one millisecond keep order. */
  function nextOrder(dueMs: number): number {
    const order = Math.max(lastOrder + 1, clock.wallMs() * 1000)
    lastOrder = order
    return order + Math.max(0, dueMs - clock.wallMs()) * 1000
  }

  async function isOpen(messageId: string): Promise<boolean> {
    const open = await meta.scan({ prefix: encodeKey([OPEN, messageId]), limit: 1 })
    return open.length > 0
  }

  async function closeMessages(ids: ReadonlySet<string>): Promise<void> {
    const closed: Uint8Array[] = []
    for (const id of ids) {
      if (await isOpen(id)) continue
      cache.delete(id)
      closed.push(encodeKey([MESSAGES, id]))
    }
    if (closed.length > 0) await meta.commit({ removals: closed })
  }

  return {
    puts(message, to, sequence) {
      if (to.length === 0) return []
      const dueMs = clock.wallMs()
      const rows = to.flatMap((one) =>
        rowsOf(message, one, dueMs, sequence ?? nextOrder(dueMs), sequence !== undefined),
      )
      return [{ key: encodeKey([MESSAGES, message.messageId]), value: encode(message) }, ...rows]
    },
    committed(deliveryCount) {
      waitingCount += deliveryCount
      waker.wake()
    },
    expectRoom(deliveryCount) {
      if (waitingCount + deliveryCount <= snsLimits.waitingDeliveriesMax) return
      throw new ServiceError('Throttled', 'Rate exceeded: too many deliveries wait.', {
        status: 429,
      })
    },
    async lanes() {
      const lanes: string[] = []
      const prefix = encodeKey([DELIVERIES])
      for (;;) {
        const last = lanes.at(-1)
        const after = last && encodeKey([DELIVERIES, last, Number.MAX_SAFE_INTEGER])
        const [entry] = await meta.scan({ prefix, limit: 1, ...(after && { after }) })
        if (!entry) return lanes
        lanes.push(String(decodeKey(entry.key, 2)[1]))
      }
    },
    async head(lane, limit) {
      const entries = await meta.scan({ prefix: encodeKey([DELIVERIES, lane]), limit })
      return entries.map(deliveryOf)
    },
    async message(messageId) {
      const known = cache.get(messageId)
      if (known) return known
      const entry = await meta.get(encodeKey([MESSAGES, messageId]))
      if (!entry) return undefined
      const message = decode<OutgoingMessage>(entry)
      cache.set(messageId, message)
      const [oldest] = cache.keys()
      if (cache.size > CACHED_MAX && oldest !== undefined) cache.delete(oldest)
      return message
    },
    async settle(fates) {
      await meta.commit(settlement(fates, nextOrder))
      const ended = fates.filter(([, fate]) => fate === 'done').map(([delivery]) => delivery)
      waitingCount -= ended.length
      await closeMessages(new Set(ended.map(({ messageId }) => messageId)))
    },
    async recover() {
      waitingCount = 0
      await eachKey(meta, DELIVERIES, async (keys) => {
        waitingCount += keys.length
      })
      await eachKey(meta, MESSAGES, (keys) =>
        closeMessages(new Set(keys.map((key) => String(decodeKey(key)[1])))),
      )
    },
    wake: waker.wake,
    wait: waker.wait,
  }
}

/** What stands for one delivery: its place in the lane, and that the message has it open. */
function rowsOf(
  message: OutgoingMessage,
  subscription: Subscription,
  dueMs: number,
  order: number,
  isOrdered: boolean,
): Puts {
  const { messageId } = message
  const row: DeliveryRow = {
    messageId,
    dueMs,
    attempts: 0,
    ...(isOrdered && { groupId: message.groupId ?? '' }),
    ...(message.type === 'UnsubscribeConfirmation' && { farewell: subscription }),
  }
  return [
    { key: encodeKey([DELIVERIES, subscription.arn, order, messageId]), value: encode(row) },
    { key: encodeKey([OPEN, messageId, subscription.arn]), value: NOTHING },
  ]
}

/** The writes of fates. What is tried again keeps its place in a FIFO topic, else goes back. */
function settlement(
  fates: ReadonlyArray<readonly [Delivery, Fate]>,
  nextOrder: (dueMs: number) => number,
): MetaBatch {
  const puts: { key: Uint8Array; value: Uint8Array }[] = []
  const removals: Uint8Array[] = []
  for (const [{ lane, order, ...row }, fate] of fates) {
    const key = encodeKey([DELIVERIES, lane, order, row.messageId])
    if (fate === 'done') {
      removals.push(key, encodeKey([OPEN, row.messageId, lane]))
      continue
    }
    const value = encode({ ...row, dueMs: fate.dueMs, attempts: row.attempts + 1 })
    if (row.groupId !== undefined) puts.push({ key, value })
    else {
      removals.push(key)
      const later = nextOrder(fate.dueMs)
      puts.push({ key: encodeKey([DELIVERIES, lane, later, row.messageId]), value })
    }
  }
  return { puts, removals }
}

async function eachKey(
  meta: MetaStore,
  collection: string,
  visit: (keys: ReadonlyArray<Uint8Array>) => Promise<void>,
): Promise<void> {
  const prefix = encodeKey([collection])
  let after: Uint8Array | undefined
  for (;;) {
    const entries = await meta.scan({ prefix, limit: PAGE, ...(after && { after }) })
    await visit(entries.map(({ key }) => key))
    after = entries.at(-1)?.key
    if (entries.length < PAGE) return
  }
}

const NOTHING = new Uint8Array()

function deliveryOf(entry: MetaEntry): Delivery {
  const [, lane, order] = decodeKey(entry.key)
  return { ...decode<DeliveryRow>(entry), lane: String(lane), order: Number(order) }
}

function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}

function decode<T>(entry: MetaEntry): T {
  return JSON.parse(Buffer.from(entry.value).toString('utf8')) as T
}
