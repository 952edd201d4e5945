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

/** Counts by the rows themselves, a page at a time so that other requests get their turn. */
export async function countMessages(
  meta: MetaStore,
  queue: OwnedQueue,
  nowMs: number,
): Promise<MessageCounts> {
  const prefix = rowKeys(queue).visibles
  const counts = { visible: 0, inFlight: 0, delayed: 0 }
  let after: Uint8Array | undefined
  for (;;) {
    const entries = await meta.scan({ prefix, limit: PAGE, ...(after && { after }) })
    for (const { key, value } of entries) {
      if (Number(decodeKey(key)[4]) <= nowMs) counts.visible++
      else if (Buffer.from(value).toString() === '"flight"') counts.inFlight++
      else counts.delayed++
    }
    if (entries.length < PAGE) return counts
    after = entries.at(-1)?.key
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}
