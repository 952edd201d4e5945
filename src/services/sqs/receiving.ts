import { decodeKey } from '../../base/ordered-key.ts'
import type { MetaEntry } from '../../engines/meta/port.ts'
import type { Draft } from './draft.ts'
import { commitDraft } from './draft.ts'
import { createFifoTaking } from './fifo-taking.ts'
import type { MessageContent, MessageState } from './message-rows.ts'
import { rowKeys } from './message-rows.ts'
import type { MessagesDeps, ReceiveOptions } from './messages.ts'
import type { OwnedQueue } from './queue.ts'
import { arnOf } from './queues.ts'

export interface Delivered {
  readonly state: MessageState
  readonly content: MessageContent
}

export interface Taking {
  readonly draft: Draft
  readonly queue: OwnedQueue
  /** Where messages go that were received too often; undefined when there is no such queue. */
  readonly deadLetters: OwnedQueue | undefined
  readonly visibilityMs: number
  readonly nowMs: number
}

/** Messages looked at for one receive: some are over and are removed on the way. */
const LOOKED_AT = 200

/**
 * Takes visible messages: what is answered is hidden, durably, for the time of visibility. Those
 * whose retention is over are removed, and those that were received too often change the queue, in
 * the same commit.
 */
export function createReceiving(deps: MessagesDeps) {
  const { meta, clock, inTurn, queues, signals } = deps
  /** Being taken by another receive of this process, whose commit is under way. */
  const reserved = new Set<string>()

  const take = createTaking(deps)
  const takeFifo = createFifoTaking(deps, take)

  async function takeStandard(taking: Taking, count: number, mine: string[]) {
    const delivered: Delivered[] = []
    let after: Uint8Array | undefined
    while (delivered.length < count && mine.length < LOOKED_AT) {
      // No more rows than are needed: each of those that others are taking costs one.
      const limit = count - delivered.length + reserved.size
      const prefix = rowKeys(taking.queue).visibles()
      const entries = await meta.scan({ prefix, limit, ...(after && { after }) })
      if (!(await takeFrom(taking, entries, { count, mine, delivered }))) break
      if (entries.length < limit) break
      after = entries.at(-1)?.key
    }
    return delivered
  }

  /** Adds to `delivered`; false when there is nothing visible behind these rows. */
  async function takeFrom(
    taking: Taking,
    entries: ReadonlyArray<MetaEntry>,
    found: { readonly count: number; readonly mine: string[]; readonly delivered: Delivered[] },
  ): Promise<boolean> {
    const { draft, queue, nowMs } = taking
    const { count, mine, delivered } = found
    for (const { key } of entries) {
      if (delivered.length === count) return true
      const [visibleMs, , id] = decodeKey(key).slice(4)
      if (Number(visibleMs) > nowMs) return false
      const messageId = String(id)
      if (reserved.has(messageId)) continue
      reserved.add(messageId)
      mine.push(messageId)
      const state = await draft.get<MessageState>(rowKeys(queue).state(messageId))
      // A row that is left over, or was moved since the scan.
      if (!state || state.visibleMs !== visibleMs) {
        if (!state) draft.remove(key)
        continue
      }
      const one = await take(taking, state)
      if (one) delivered.push(one)
    }
    return true
  }

  async function takeOnce(
    queue: OwnedQueue,
    { count, visibilityMs, attemptId }: Omit<ReceiveOptions, 'waitMs'>,
  ) {
    const { redrive, fifo } = queue.settings
    const deadLetters = redrive && (await queues.findByArn(redrive.deadLetterArn))
    const mine: string[] = []
    try {
      return await commitDraft(meta, async (draft) => {
        for (const id of mine.splice(0)) reserved.delete(id)
        const taking = { draft, queue, deadLetters, visibilityMs, nowMs: clock.wallMs() }
        return fifo ? takeFifo(taking, count, attemptId) : takeStandard(taking, count, mine)
      })
    } finally {
      for (const id of mine) reserved.delete(id)
      if (deadLetters) signals.notify(deadLetters.id)
    }
  }

  return {
    take: (queue: OwnedQueue, options: Omit<ReceiveOptions, 'waitMs'>) =>
      inTurn(queue, () => takeOnce(queue, options)),
    /** When the next message comes to sight by itself. */
    async nextVisibleMs(queue: OwnedQueue): Promise<number | undefined> {
      const keys = rowKeys(queue)
      const prefix = queue.settings.fifo ? keys.readies() : keys.visibles()
      const [entry] = await meta.scan({ prefix, limit: 1 })
      return entry && Number(decodeKey(entry.key)[4])
    },
  }
}

/** Hides a visible message and answers it, or undefined when it is none to deliver. */
export type Take = ReturnType<typeof createTaking>

/** What becomes of one visible message. */
function createTaking({ clock, random, rows }: MessagesDeps) {
  /** The message as it is delivered, or undefined when it is none to deliver. */
  async function take(taking: Taking, state: MessageState): Promise<Delivered | undefined> {
    const { draft, queue, deadLetters, visibilityMs, nowMs } = taking
    const { retentionSeconds, redrive } = queue.settings
    const content = await rows.content(queue, state.id)
    if (!content || state.sentMs + retentionSeconds * 1000 <= nowMs) {
      rows.remove(draft, queue, state)
      return undefined
    }
    if (redrive && deadLetters && state.receives >= redrive.receivesMax) {
      await moveToDeadLetters(draft, queue, deadLetters, { state, content })
      return undefined
    }
    const after: MessageState = {
      ...state,
      visibleMs: nowMs + visibilityMs,
      held: 'flight',
      receives: state.receives + 1,
      firstReceivedMs: state.firstReceivedMs ?? nowMs,
      receivedMs: nowMs,
      receipt: random.uuid(),
    }
    rows.change(draft, queue, state, after)
    return { state: after, content }
  }

  /** AWS: a standard queue keeps the time of sending, and so the age; a FIFO queue starts anew. */
  async function moveToDeadLetters(
    draft: Draft,
    queue: OwnedQueue,
    target: OwnedQueue,
    { state, content }: Delivered,
  ): Promise<void> {
    const nowMs = clock.wallMs()
    rows.remove(draft, queue, state)
    const { receipt: _, ...rest } = state
    const moved: MessageState = {
      ...rest,
      visibleMs: nowMs,
      held: 'delay',
      ...(target.settings.fifo && { sentMs: nowMs }),
    }
    await rows.add(draft, target, moved, { ...content, deadLetterSource: arnOf(queue) })
  }

  return take
}
