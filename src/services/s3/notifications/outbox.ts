import type { Clock } from '../../../base/clock.ts'
import { dateOf } from '../../../base/clock.ts'
import type { EventSender } from '../../../base/event-target.ts'
import type { KeyPart } from '../../../base/ordered-key.ts'
import { encodeKey } from '../../../base/ordered-key.ts'
import type { Random } from '../../../base/random.ts'
import type { EventPut } from '../../../base/service-events.ts'
import { createWaker } from '../../../base/waker.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { busMessage, defaultBusArn } from './event-bridge-detail.ts'
import type { EventObject, Origin } from './event-record.ts'
import { eventMessage } from './event-record.ts'
import { senderOf } from './event-sender.ts'
import type { NotificationRule, ObjectEvent } from './notification-rules.ts'
import { matchingRules } from './notification-rules.ts'

/** An event on its way to one destination. */
export interface Notice {
  readonly service: NotificationRule['service'] | 'events'
  readonly sender: EventSender
  readonly arn: string
  readonly message: string
  readonly createdMs: number
  readonly attempts: number
}

export interface NoticeEntry {
  readonly id: ReadonlyArray<KeyPart>
  readonly notice: Notice
}

/**
 * The events of a change of an object. They are written in the commit of the change itself, so that a
 * crash parts neither from the other, and nothing is told of what did not come about.
 */
export interface Announcement {
  /** The writes for that commit. Called again when the commit is tried again. */
  puts(object: EventObject): ReadonlyArray<EventPut>
  /** After the commit: delivery begins at once. */
  committed(): void
}

export interface Outbox {
  /** Undefined when no rule of the bucket wants the event. */
  announce(
    bucket: Bucket,
    event: ObjectEvent,
    key: string,
    origin: Origin,
  ): Announcement | undefined
  /** What is due, the longest waiting first. */
  due(limit: number): Promise<ReadonlyArray<NoticeEntry>>
  /** When the next one is due; undefined when nothing waits. */
  nextDueMs(): Promise<number | undefined>
  done(entry: NoticeEntry): Promise<void>
  retry(entry: NoticeEntry, dueMs: number): Promise<void>
  /** Resolves when something was committed, after `ms`, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  /** Drops what waits of an account, or of all of them. */
  removeEverything(accountId: string | undefined): Promise<void>
}

const NOTICES = 's3/outbox'
/** Events belong to no account of their own; they outlive the bucket that they tell of. */
const everywhere = { accountId: '', region: '' }

export function createOutbox(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): Outbox {
  const { meta, clock, random } = deps
  /** Ids are the time when the notice is due, and a text: of those of one time by sequencer. */
  const notices = createDocuments<Notice>(meta, NOTICES)
  const waker = createWaker(clock)
  meta.watch(encodeKey([NOTICES]), waker.wake)

  function puts(facts: Announced, object: EventObject): ReadonlyArray<EventPut> {
    const createdMs = clock.wallMs()
    const time = dateOf(createdMs).toISOString()
    return messagesOf({ ...facts, time, object }).flatMap(({ service, arn, body }) => {
      const message = Buffer.from(body).toString('utf8')
      const sender = senderOf(facts.bucket)
      const notice = { service, arn, sender, message, createdMs, attempts: 0 }
      const id = [createdMs, `${object.sequencer}-${random.bytes(8).toString('hex')}`]
      return notices.putBatch(everywhere, id, notice).puts
    })
  }

  return {
    announce(bucket, event, key, origin) {
      const rules = matchingRules(bucket.notificationRules, event, key)
      if (rules.length === 0 && !reachesBus(bucket, event)) return undefined
      const facts = { bucket, name: event, origin, rules }
      return { puts: (object) => puts(facts, object), committed: waker.wake }
    },

    async due(limit) {
      const page = await notices.list(everywhere, { limit })
      return page
        .filter(({ id: [dueMs] }) => Number(dueMs) <= clock.wallMs())
        .map(({ id, value }) => ({ id, notice: value }))
    },

    async nextDueMs() {
      const [next] = await notices.list(everywhere, { limit: 1 })
      return next && Number(next.id[0])
    },

    async done({ id }) {
      await notices.remove(everywhere, ...id)
    },

    async retry({ id, notice }, dueMs) {
      const [, text = ''] = id
      const later = { ...notice, attempts: notice.attempts + 1 }
      const again = notices.putBatch(everywhere, [dueMs, text], later).puts
      await meta.commit({ puts: again, removals: [notices.keyOf(everywhere, id)] })
    },

    wait: waker.wait,

    async removeEverything(accountId) {
      for await (const { id, value } of notices.everywhere()) {
        const isMeant = accountId === undefined || value.sender.scope.accountId === accountId
        if (isMeant) await notices.remove(everywhere, ...id)
      }
    },
  }
}

interface Announced {
  readonly bucket: Bucket
  readonly name: ObjectEvent
  readonly origin: Origin
  readonly rules: ReadonlyArray<NotificationRule>
}

/** One message for each rule that wants the event, and one for the bus. */
// AWS: events of replication go to destinations of the bucket, not to the bus.
function reachesBus({ eventBridge }: Bucket, event: ObjectEvent): boolean {
  return eventBridge === true && !event.startsWith('Replication:')
}

function messagesOf(
  facts: Announced & { readonly time: string; readonly object: EventObject },
): ReadonlyArray<Pick<Notice, 'service' | 'arn'> & { readonly body: Uint8Array }> {
  const { bucket, name, rules } = facts
  const messages = rules.map(({ id, service, arn }) => ({
    ...{ service, arn },
    body: eventMessage({ ...facts, configurationId: id }),
  }))
  if (!reachesBus(bucket, name)) return messages
  const toBus = { service: 'events' as const, arn: defaultBusArn(bucket) }
  return [...messages, { ...toBus, body: busMessage(facts) }]
}
