import { decodeKey } from '../../base/ordered-key.ts'
import type { MetaEntry } from '../../engines/meta/port.ts'
import { rowKeys } from './message-rows.ts'
import type { MessagesDeps } from './messages.ts'
import { createReceiveAttempts } from './receive-attempts.ts'
import type { Delivered, Take, Taking } from './receiving.ts'

/** Groups looked at for one receive. */
const LOOKED_AT = 200

/** Takes the next messages of a FIFO queue, those of a group in their order. */
export function createFifoTaking({ meta, rows }: MessagesDeps, take: Take) {
  const attempts = createReceiveAttempts({ rows })

  async function takeOfGroup(taking: Taking, groupId: string, count: number) {
    const { draft, queue, nowMs } = taking
    await draft.get(rowKeys(queue).turn(groupId))
    const { states } = await rows.memberStates(draft, queue, groupId)
    const isBlocked = states.some((state) => state.held === 'flight' && state.visibleMs > nowMs)
    const delivered: Delivered[] = []
    for (const state of isBlocked ? [] : states) {
      if (delivered.length === count || state.visibleMs > nowMs) break
      const one = await take(taking, state)
      if (one) delivered.push(one)
    }
    await rows.settleTurn(draft, queue, groupId, nowMs)
    return delivered
  }

  async function takeFifo(taking: Taking, count: number) {
    const { queue, nowMs } = taking
    const groups = await meta.scan({ prefix: rowKeys(queue).readies(), limit: LOOKED_AT })
    const delivered: Delivered[] = []
    for (const entry of groups) {
      const { readyMs, groupId } = readyGroup(entry)
      if (readyMs > nowMs || delivered.length >= count) break
      delivered.push(...(await takeOfGroup(taking, groupId, count - delivered.length)))
    }
    return delivered
  }

  return async (
    taking: Taking,
    count: number,
    attemptId: string | undefined,
  ): Promise<ReadonlyArray<Delivered>> => {
    if (attemptId === undefined) return takeFifo(taking, count)
    const again = await attempts.repeat(taking, attemptId)
    if (again) return again
    const delivered = await takeFifo(taking, count)
    attempts.remember(taking, attemptId, delivered)
    return delivered
  }
}

function readyGroup({ key }: MetaEntry) {
  const [, , , , readyMs, groupId] = decodeKey(key)
  return { readyMs: Number(readyMs), groupId: String(groupId) }
}
