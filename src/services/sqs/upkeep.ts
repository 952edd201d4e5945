import { decodeKey, encodeKey } from '../../base/ordered-key.ts'
import { commitDraft } from './draft.ts'
import { limits } from './limits.ts'
import type { MessageState, RowsOwner } from './message-rows.ts'
import { rowKeys } from './message-rows.ts'
import type { MessagesDeps } from './messages.ts'
import type { OwnedQueue } from './queue.ts'

const PAGE = 500
/** In one commit: few enough that those who receive meanwhile do not make it conflict for ever. */
const REMOVED_AT_ONCE = 50
const KINDS = [
  'message',
  'content',
  'visible',
  'sent',
  'group',
  'turn',
  'ready',
  'deduplication',
  'attempt',
]

/** What goes away by time, and what is left of removed queues. */
export function createUpkeep({ meta, clock, rows, inTurn, queues }: MessagesDeps) {
  /** Removes the messages that were sent before `sentMs` (exclusive), whatever their state. */
  async function removeSentBefore(queue: OwnedQueue, sentMs: number): Promise<void> {
    const keys = rowKeys(queue)
    for (;;) {
      const entries = await meta.scan({ prefix: keys.allSent(), limit: PAGE })
      const old = entries.map(({ key }) => key).filter((key) => sentOf(key).sentMs < sentMs)
      const runs: Promise<void>[] = []
      for (let at = 0; at < old.length; at += REMOVED_AT_ONCE) {
        runs.push(removeSome(queue, old.slice(at, at + REMOVED_AT_ONCE)))
      }
      await Promise.all(runs)
      if (old.length < PAGE) return
    }
  }

  function removeSome(queue: OwnedQueue, sentKeys: ReadonlyArray<Uint8Array>): Promise<void> {
    return inTurn(queue, () =>
      commitDraft(meta, async (draft) => {
        const groups = new Set<string | undefined>()
        for (const sentKey of sentKeys) {
          const { messageId } = sentOf(sentKey)
          const state = await draft.get<MessageState>(rowKeys(queue).state(messageId))
          draft.remove(sentKey)
          if (!state) continue
          rows.remove(draft, queue, state)
          groups.add(state.groupId)
        }
        for (const groupId of groups) await rows.settleTurn(draft, queue, groupId, clock.wallMs())
      }),
    )
  }

  async function removeAll(owner: RowsOwner): Promise<void> {
    const { accountId, region } = owner.scope
    for (const kind of KINDS) {
      const prefix = encodeKey([`sqs/${kind}`, accountId, region, owner.id])
      for (;;) {
        const entries = await meta.scan({ prefix, limit: PAGE })
        if (entries.length > 0) await meta.commit({ removals: entries.map(({ key }) => key) })
        if (entries.length < PAGE) break
      }
    }
  }

  /** Ids of deduplication and of attempts to receive whose time is over. */
  async function forgetOld(prefix: Uint8Array): Promise<void> {
    let after: Uint8Array | undefined
    for (;;) {
      const entries = await meta.scan({ prefix, limit: PAGE, ...(after && { after }) })
      const old = entries.filter(({ value }) => untilMsOf(value) <= clock.wallMs())
      if (old.length > 0) {
        await commitDraft(meta, async (draft) => {
          for (const { key } of old) {
            const now = await draft.get<{ readonly untilMs: number }>(key)
            if (now && now.untilMs <= clock.wallMs()) draft.remove(key)
          }
        })
      }
      if (entries.length < PAGE) return
      after = entries.at(-1)?.key
    }
  }

  return {
    removeSentBefore,
    async round(): Promise<void> {
      for await (const queue of queues.everywhere()) {
        const retentionMs = queue.settings.retentionSeconds * 1000
        await removeSentBefore(queue, clock.wallMs() - retentionMs + 1)
        if (!queue.settings.fifo) continue
        await forgetOld(rowKeys(queue).deduplications())
        await forgetOld(rowKeys(queue).attempts())
      }
      for await (const grave of queues.removed()) {
        const living = await queues.find(grave.scope, grave.name)
        if (living?.id !== grave.id) await removeAll(grave)
        if (clock.wallMs() - grave.removedMs > limits.nameHeldMs) await queues.forget(grave)
      }
    },
  }
}

function untilMsOf(value: Uint8Array): number {
  return (JSON.parse(Buffer.from(value).toString('utf8')) as { untilMs: number }).untilMs
}

function sentOf(key: Uint8Array) {
  const [, , , , sentMs, messageId] = decodeKey(key)
  return { sentMs: Number(sentMs), messageId: String(messageId) }
}
