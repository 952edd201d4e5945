import { commitDraft } from './draft.ts'
import { limits } from './limits.ts'
import type { MessageState } from './message-rows.ts'
import { rowKeys } from './message-rows.ts'
import type { MessagesDeps } from './messages.ts'
import type { OwnedQueue } from './queue.ts'
import { parseReceiptHandle } from './receipt.ts'
import { invalidValue } from './sqs-errors.ts'

/** What those who received a message do with its handle. */
export function createHandling(
  { meta, clock, rows, inTurn, signals }: MessagesDeps,
  onRemoved: (queue: OwnedQueue) => void,
) {
  /** AWS: an old handle removes nothing, and is no error but in a FIFO queue. */
  function remove(queue: OwnedQueue, handle: string): Promise<void> {
    const { messageId, receipt } = parseReceiptHandle(queue, handle)
    return inTurn(queue, async () => {
      const removed = await commitDraft(meta, async (draft) => {
        const state = await draft.get<MessageState>(rowKeys(queue).state(messageId))
        if (!state) return false
        const nowMs = clock.wallMs()
        const isOld = state.receipt !== receipt
        if (state.groupId !== undefined && (isOld || state.visibleMs <= nowMs)) {
          throw invalidValue(handle, 'ReceiptHandle', 'The receipt handle has expired.')
        }
        if (isOld) return false
        rows.remove(draft, queue, state)
        await rows.settleTurn(draft, queue, state.groupId, nowMs)
        return true
      })
      if (!removed) return
      onRemoved(queue)
      if (queue.settings.fifo) signals.notify(queue.id)
    })
  }

  function changeVisibility(queue: OwnedQueue, handle: string, visibilityMs: number) {
    const { messageId, receipt } = parseReceiptHandle(queue, handle)
    return inTurn(queue, async () => {
      await commitDraft(meta, async (draft) => {
        const state = await draft.get<MessageState>(rowKeys(queue).state(messageId))
        const nowMs = clock.wallMs()
        if (state?.receipt !== receipt || state.held !== 'flight' || state.visibleMs <= nowMs) {
          throw invalidValue(
            handle,
            'ReceiptHandle',
            'Message does not exist or is not available for visibility timeout change.',
          )
        }
        checkTotal(state, nowMs, visibilityMs)
        const after = { ...state, visibleMs: nowMs + visibilityMs }
        rows.change(draft, queue, state, after)
        await rows.settleTurn(draft, queue, state.groupId, nowMs)
      })
      signals.notify(queue.id)
    })
  }

  return { remove, changeVisibility }
}

/** AWS: twelve hours from the receive on, however often the time is changed. */
function checkTotal({ receivedMs }: MessageState, nowMs: number, visibilityMs: number): void {
  const seconds = visibilityMs / 1000
  const past = Math.floor((nowMs - (receivedMs ?? nowMs)) / 1000)
  if (past + seconds <= limits.visibilitySecondsMax) return
  const reason = `Total VisibilityTimeout for the message is beyond the limit [${limits.visibilitySecondsMax} seconds]`
  throw invalidValue(seconds, 'VisibilityTimeout', reason)
}
