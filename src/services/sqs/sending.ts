import { createHash } from 'node:crypto'
import type { MessageAttribute } from '../../base/event-target.ts'
import type { Draft } from './draft.ts'
import { commitDraft } from './draft.ts'
import { limits } from './limits.ts'
import { attributesMd5, md5Of } from './message-digest.ts'
import type { MessageContent, MessageState, StoredAttribute } from './message-rows.ts'
import { rowKeys } from './message-rows.ts'
import type { MessagesDeps } from './messages.ts'
import type { OwnedQueue } from './queue.ts'

export interface NewMessage {
  readonly body: string
  readonly attributes: Readonly<Record<string, MessageAttribute>>
  readonly senderId: string
  /** The queue's own when absent. */
  readonly delayMs?: number
  readonly groupId?: string
  /** Given, or of the content, for FIFO queues. */
  readonly deduplicationId?: string
  readonly traceHeader?: string
}

export interface SentMessage {
  readonly messageId: string
  readonly bodyMd5: string
  readonly attributesMd5?: string
  readonly systemMd5?: string
  readonly sequenceNumber?: string
}

interface Remembered extends SentMessage {
  readonly untilMs: number
}

/** Messages in; all of a call are durable when it resolves, in their order. */
export function createSending(deps: MessagesDeps) {
  const { meta, clock, random, rows, inTurn, signals, nextOrder } = deps

  async function addOne(draft: Draft, queue: OwnedQueue, message: NewMessage, nowMs: number) {
    const { fifo, deduplicationScope, delaySeconds } = queue.settings
    const { groupId, deduplicationId } = message
    const isScopedToGroup = deduplicationScope === 'messageGroup'
    const memory =
      fifo && deduplicationId !== undefined
        ? rowKeys(queue).deduplication(isScopedToGroup ? (groupId ?? '') : '', deduplicationId)
        : undefined
    const before = memory && (await draft.get<Remembered>(memory))
    if (before && before.untilMs > nowMs) {
      const { untilMs: _, ...sent } = before
      return sent
    }
    const delayMs = message.delayMs ?? delaySeconds * 1000
    const state: MessageState = {
      id: random.uuid(),
      order: nextOrder(),
      visibleMs: nowMs + delayMs,
      held: 'delay',
      receives: 0,
      sentMs: nowMs,
      ...(fifo && groupId !== undefined && { groupId }),
    }
    const digest = attributesMd5(message.attributes)
    const content: MessageContent = {
      body: message.body,
      bodyMd5: md5Of(message.body),
      attributes: storedAttributes(message.attributes),
      senderId: message.senderId,
      ...(digest !== undefined && { attributesMd5: digest }),
      ...(message.traceHeader !== undefined && { traceHeader: message.traceHeader }),
      ...(fifo && deduplicationId !== undefined && { deduplicationId }),
      ...(!fifo && groupId !== undefined && { fairGroupId: groupId }),
    }
    const { sequenceNumber } = await rows.add(draft, queue, state, content)
    const systemMd5 = systemMd5Of(message)
    const sent: SentMessage = {
      messageId: state.id,
      bodyMd5: content.bodyMd5,
      ...(digest !== undefined && { attributesMd5: digest }),
      ...(systemMd5 !== undefined && { systemMd5 }),
      ...(sequenceNumber !== undefined && { sequenceNumber }),
    }
    if (memory) draft.put(memory, { ...sent, untilMs: nowMs + limits.deduplicationMs })
    return sent
  }

  return async (
    queue: OwnedQueue,
    messages: ReadonlyArray<NewMessage>,
  ): Promise<ReadonlyArray<SentMessage>> => {
    const add = () =>
      commitDraft(meta, async (draft) => {
        const nowMs = clock.wallMs()
        const sent: SentMessage[] = []
        for (const message of messages) sent.push(await addOne(draft, queue, message, nowMs))
        return sent
      })
    const sent = await inTurn(queue, add)
    signals.notify(queue.id)
    return sent
  }
}

/** The groups that messages belong to, each once. */
export function groupsOf(messages: ReadonlyArray<NewMessage>): ReadonlyArray<string> {
  return [...new Set(messages.flatMap(({ groupId }) => groupId ?? []))]
}

/** AWS: SHA-256 of the body alone, not of the attributes. */
export function contentDeduplicationId(body: string): string {
  return createHash('sha256').update(body).digest('hex')
}

function systemMd5Of({ traceHeader }: NewMessage): string | undefined {
  if (traceHeader === undefined) return undefined
  return attributesMd5({ AWSTraceHeader: { dataType: 'String', text: traceHeader } })
}

function storedAttributes(attributes: Readonly<Record<string, MessageAttribute>>) {
  const stored: Record<string, StoredAttribute> = {}
  for (const [name, { dataType, text, bytes }] of Object.entries(attributes)) {
    stored[name] = {
      dataType,
      ...(text !== undefined && { text }),
      ...(bytes && { base64: Buffer.from(bytes).toString('base64') }),
    }
  }
  return stored
}
