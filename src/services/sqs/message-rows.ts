import type { MessageAttribute } from '../../base/event-target.ts'
import { encodeKey } from '../../base/ordered-key.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { Draft } from './draft.ts'
import type { MessageCipher } from './message-cipher.ts'
import type { OwnedQueue } from './queue.ts'
import type { Queues } from './queues.ts'

/** What changes of a message; small, for it is written at every receive. */
export interface MessageState {
  readonly id: string
  /** Place among the messages of the queue that were sent at the same time. */
  readonly order: number
  readonly visibleMs: number
  /** Why it is not visible before `visibleMs`. */
  readonly held: 'delay' | 'flight'
  readonly receives: number
  readonly firstReceivedMs?: number
  readonly receivedMs?: number
  /** Part of the receipt handle of the last receive. */
  readonly receipt?: string
  readonly sentMs: number
  readonly groupId?: string
}

/** What stays of a message. */
export interface MessageContent {
  readonly body: string
  readonly bodyMd5: string
  /** Values of bytes as base64. */
  readonly attributes: Readonly<Record<string, StoredAttribute>>
  readonly attributesMd5?: string
  readonly senderId: string
  readonly traceHeader?: string
  /** The group that a message of a standard queue belongs to; it is shown, and orders nothing. */
  readonly fairGroupId?: string
  readonly deduplicationId?: string
  readonly sequenceNumber?: string
  /** ARN of the queue that it came from when it was received too often there. */
  readonly deadLetterSource?: string
}

export interface StoredAttribute extends Pick<MessageAttribute, 'dataType' | 'text'> {
  readonly base64?: string
}

/** The turn of a group of a FIFO queue. Every change of its messages writes it. */
interface Turn {
  /** When its next message may be received: all those in flight are back or gone by then. */
  readonly readyMs: number
  readonly lastOrder: number
}

export type RowsOwner = Pick<OwnedQueue, 'id' | 'scope'>

export function rowKeys({ id, scope }: RowsOwner) {
  const key = (kind: string, ...rest: ReadonlyArray<string | number>) =>
    encodeKey([`sqs/${kind}`, scope.accountId, scope.region, id, ...rest])
  return {
    state: (messageId: string) => key('message', messageId),
    content: (messageId: string) => key('content', messageId),
    visible: ({ visibleMs, order, id: messageId }: MessageState) =>
      key('visible', visibleMs, order, messageId),
    visibles: () => key('visible'),
    /** Behind all that came to sight up to then, before all that is hidden. */
    visibleUntil: (nowMs: number) => key('visible', nowMs + 1),
    sent: ({ sentMs, id: messageId }: MessageState) => key('sent', sentMs, messageId),
    allSent: () => key('sent'),
    member: (groupId: string, { order, id: messageId }: MessageState) =>
      key('group', groupId, order, messageId),
    members: (groupId: string) => key('group', groupId),
    turn: (groupId: string) => key('turn', groupId),
    ready: (readyMs: number, groupId: string) => key('ready', readyMs, groupId),
    readies: () => key('ready'),
    deduplication: (groupId: string, deduplicationId: string) =>
      key('deduplication', groupId, deduplicationId),
    deduplications: () => key('deduplication'),
    attempt: (attemptId: string) => key('attempt', attemptId),
    attempts: () => key('attempt'),
  }
}

/** In flight at once in one group: what one receive can take, and some that just came back. */
const MEMBERS_LOOKED_AT = 64

interface RowsDeps {
  readonly meta: MetaStore
  readonly cipher: MessageCipher
  readonly queues: Pick<Queues, 'holdOn'>
}

/** Writes of messages, as parts of a draft. */
export function createMessageRows({ meta, cipher, queues }: RowsDeps) {
  async function memberStates(draft: Draft, queue: RowsOwner, groupId: string) {
    const keys = rowKeys(queue)
    const entries = await meta.scan({ prefix: keys.members(groupId), limit: MEMBERS_LOOKED_AT })
    const states: MessageState[] = []
    for (const { value } of entries) {
      const id = JSON.parse(Buffer.from(value).toString('utf8')) as string
      const state = await draft.get<MessageState>(keys.state(id))
      if (state) states.push(state)
    }
    return { states, isAll: entries.length < MEMBERS_LOOKED_AT }
  }

  async function putTurn(draft: Draft, queue: RowsOwner, groupId: string, turn: Turn | undefined) {
    const keys = rowKeys(queue)
    const before = await draft.get<Turn>(keys.turn(groupId))
    if (before) draft.remove(keys.ready(before.readyMs, groupId))
    if (!turn) return draft.remove(keys.turn(groupId))
    draft.put(keys.turn(groupId), turn)
    draft.put(keys.ready(turn.readyMs, groupId), groupId)
  }

  return {
    memberStates,
    /**
     * Adds a message, if the queue is still there; a FIFO queue's behind all others of its group.
     * Answers what is stored of it.
     */
    async add(draft: Draft, queue: OwnedQueue, state: MessageState, content: MessageContent) {
      await queues.holdOn(draft, queue)
      const keys = rowKeys(queue)
      let placed = state
      const { groupId } = state
      if (groupId !== undefined) {
        const turn = await draft.get<Turn>(keys.turn(groupId))
        placed = { ...state, order: Math.max(state.order, (turn?.lastOrder ?? 0) + 1) }
        const readyMs = turn?.readyMs ?? state.visibleMs
        await putTurn(draft, queue, groupId, { readyMs, lastOrder: placed.order })
        draft.put(keys.member(groupId, placed), placed.id)
      }
      const stored =
        groupId === undefined
          ? content
          : { ...content, sequenceNumber: sequenceNumberOf(placed.order) }
      draft.put(keys.state(placed.id), placed)
      draft.put(keys.content(placed.id), await cipher.seal(queue, JSON.stringify(stored)))
      draft.put(keys.visible(placed), placed.held)
      draft.put(keys.sent(placed), 0)
      return stored
    },
    change(draft: Draft, queue: RowsOwner, before: MessageState, after: MessageState) {
      const keys = rowKeys(queue)
      draft.remove(keys.visible(before))
      draft.put(keys.visible(after), after.held)
      draft.put(keys.state(after.id), after)
    },
    remove(draft: Draft, queue: RowsOwner, state: MessageState) {
      const keys = rowKeys(queue)
      draft.remove(keys.visible(state))
      draft.remove(keys.sent(state))
      draft.remove(keys.state(state.id))
      draft.remove(keys.content(state.id))
      if (state.groupId !== undefined) draft.remove(keys.member(state.groupId, state))
    },
    /** To be called last when messages of a group were changed or removed; others have no turn. */
    async settleTurn(draft: Draft, queue: RowsOwner, groupId: string | undefined, nowMs: number) {
      if (groupId === undefined) return
      const turn = await draft.get<Turn>(rowKeys(queue).turn(groupId))
      const { states, isAll } = await memberStates(draft, queue, groupId)
      const [head] = states
      if (!head && isAll) return putTurn(draft, queue, groupId, undefined)
      const flights = states.filter((state) => state.held === 'flight' && state.visibleMs > nowMs)
      const readyMs = Math.max(...flights.map(({ visibleMs }) => visibleMs), 0)
      const lastOrder = turn?.lastOrder ?? 0
      await putTurn(draft, queue, groupId, {
        readyMs: readyMs || (head?.visibleMs ?? nowMs),
        lastOrder,
      })
    },
    async content(queue: RowsOwner, messageId: string): Promise<MessageContent | undefined> {
      const entry = await meta.get(rowKeys(queue).content(messageId))
      return entry && (JSON.parse(await cipher.open(entry.value)) as MessageContent)
    },
  }
}

export type MessageRows = ReturnType<typeof createMessageRows>

/** AWS: 20 digits, growing within a group. */
function sequenceNumberOf(order: number): string {
  return String(order).padStart(20, '0')
}
