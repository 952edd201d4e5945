import { decodeKey } from '../../base/ordered-key.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { rowKeys } from './message-rows.ts'
import type { OwnedQueue } from './queue.ts'

export interface MessageCounts {
  readonly visible: number
  readonly inFlight: number
  readonly delayed: number
}

const PAGE = 1_000

/**
 * Messages in flight: hidden ones that are not merely delayed. Looks at hidden ones only, up to `max`
 * of them, however many can be seen.
 */
export async function countInFlight(
  meta: MetaStore,
  queue: OwnedQueue,
  { nowMs, max }: { readonly nowMs: number; readonly max: number },
): Promise<number> {
  const keys = rowKeys(queue)
  let count = 0
  let after: Uint8Array = keys.visibleUntil(nowMs)
  for (;;) {
    const entries = await meta.scan({ prefix: keys.visibles(), limit: PAGE, after })
    for (const { value } of entries) if (isFlight(value)) count++
    const last = entries.at(-1)
    if (entries.length < PAGE || count >= max || !last) return count
    after = last.key
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}

function isFlight(value: Uint8Array): boolean {
  return Buffer.from(value).toString() === '"flight"'
}

/** Counts by the rows themselves, a page at a time so that other requests get their turn. */
export async function countMessages(
  meta: MetaStore,
  queue: OwnedQueue,
  nowMs: number,
): Promise<MessageCounts> {
  const prefix = rowKeys(queue).visibles()
  const counts = { visible: 0, inFlight: 0, delayed: 0 }
  let after: Uint8Array | undefined
  for (;;) {
    const entries = await meta.scan({ prefix, limit: PAGE, ...(after && { after }) })
    for (const { key, value } of entries) {
      if (Number(decodeKey(key)[4]) <= nowMs) counts.visible++
      else if (isFlight(value)) counts.inFlight++
      else counts.delayed++
    }
    if (entries.length < PAGE) return counts
    after = entries.at(-1)?.key
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}
