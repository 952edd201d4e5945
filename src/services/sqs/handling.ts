import { commitDraft } from './draft.ts'
import type { MessageState } from './message-rows.ts'
import { rowKeys } from './message-rows.ts'
import type { MessagesDeps } from './messages.ts'
import type { OwnedQueue } from './queue.ts'
import { parseReceiptHandle } from './receipt.ts'
import { invalidValue } from './sqs-errors.ts'

/** What those who received a message do with its handle. */
export function createHandling(
  { meta, clock, rows, lanes, signals }: MessagesDeps,
  onRemoved: (queue: OwnedQueue) => void,
) {
  async function inLane<T>(queue: OwnedQueue, work: () => Promise<T>): Promise<T> {
    return queue.settings.fifo ? lanes.run(queue.id, work) : work()
  }

  /** AWS: an old handle removes nothing, and is no error but in a FIFO queue. */
  function remove(queue: OwnedQueue, handle: string): Promise<void> {
    const { messageId, receipt } = parseReceiptHandle(queue, handle)
    return inLane(queue, async () => {
      const removed = await commitDraft(meta, async (draft) => {
        const state = await draft.get<MessageState>(rowKeys(queue).state(messageId))
        if (!state) return false
        const nowMs = clock.wallMs()
        const isOld = state.receipt !== receipt
        if (state.groupId !== undefined && (isOld || state.visibleMs <= nowMs)) {
          throw invalidValue(handle, 'ReceiptHandle', 'The receipt handle has expired.')
        }
        if (isOld) return false
        if (state.groupId !== undefined) await draft.get(rowKeys(queue).turn(state.groupId))
        rows.remove(draft, queue, state)
        if (state.groupId !== undefined) {
          await rows.settleTurn(draft, queue, state.groupId, nowMs)
        }
        return true
      })
      if (!removed) return
      onRemoved(queue)
      if (queue.settings.fifo) signals.notify(queue.id)
    })
  }

  function changeVisibility(queue: OwnedQueue, handle: string, visibilityMs: number) {
    const { messageId, receipt } = parseReceiptHandle(queue, handle)
    return inLane(queue, async () => {
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
        const after = { ...state, visibleMs: nowMs + visibilityMs }
        rows.change(draft, queue, state, after)
        if (state.groupId !== undefined) {
          await rows.settleTurn(draft, queue, state.groupId, nowMs)
        }
      })
      signals.notify(queue.id)
    })
  }

  return { remove, changeVisibility }
}
