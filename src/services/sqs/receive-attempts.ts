import { limits } from './limits.ts'
import type { MessageState } from './message-rows.ts'
import { rowKeys } from './message-rows.ts'
import type { MessagesDeps } from './messages.ts'
import type { Delivered, Taking } from './receiving.ts'

/** What an attempt to receive from a FIFO queue took. */
interface Attempt {
  readonly untilMs: number
  readonly taken: ReadonlyArray<Pick<MessageState, 'id' | 'receipt' | 'visibleMs'>>
}

/**
 * An attempt of the same id, within five minutes, is given the same messages with the same handles,
 * hidden anew: so a caller whose answer was lost need not wait until the messages come to sight. That
 * is over when one of them was removed, came to sight, or got another time of visibility.
 */
export function createReceiveAttempts({ rows }: Pick<MessagesDeps, 'rows'>) {
  async function statesOf({ draft, queue, nowMs }: Taking, attempt: Attempt) {
    const states: MessageState[] = []
    for (const { id, receipt, visibleMs } of attempt.taken) {
      const state = await draft.get<MessageState>(rowKeys(queue).state(id))
      if (!state || state.receipt !== receipt || state.visibleMs !== visibleMs) return undefined
      if (visibleMs <= nowMs) return undefined
      states.push(state)
    }
    return states
  }

  function remember(
    { draft, queue, nowMs }: Taking,
    attemptId: string,
    delivered: ReadonlyArray<Delivered>,
    untilMs = nowMs + limits.attemptMs,
  ): void {
    if (delivered.length === 0) return
    const taken = delivered.map(({ state: { id, receipt = '', visibleMs } }) => ({
      ...{ id, receipt, visibleMs },
    }))
    draft.put(rowKeys(queue).attempt(attemptId), { untilMs, taken } satisfies Attempt)
  }

  return {
    remember,
    /** Undefined when there is nothing to repeat. */
    async repeat(taking: Taking, attemptId: string): Promise<ReadonlyArray<Delivered> | undefined> {
      const { draft, queue, nowMs, visibilityMs } = taking
      const attempt = await draft.get<Attempt>(rowKeys(queue).attempt(attemptId))
      if (!attempt || attempt.untilMs <= nowMs) return undefined
      const states = await statesOf(taking, attempt)
      if (!states) return undefined
      const delivered: Delivered[] = []
      for (const before of states) {
        const content = await rows.content(queue, before.id)
        if (!content) return undefined
        const state = { ...before, visibleMs: nowMs + visibilityMs }
        rows.change(draft, queue, before, state)
        delivered.push({ state, content })
      }
      for (const groupId of new Set(states.map((state) => state.groupId))) {
        await rows.settleTurn(draft, queue, groupId, nowMs)
      }
      remember(taking, attemptId, delivered, attempt.untilMs)
      return delivered
    },
  }
}
