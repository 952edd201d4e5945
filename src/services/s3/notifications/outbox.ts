import type { Clock } from '../../../base/clock.ts'
import { dateOf } from '../../../base/clock.ts'
import type { EventSender } from '../../../base/event-target.ts'
import type { KeyPart } from '../../../base/ordered-key.ts'
import type { Random } from '../../../base/random.ts'
import { createWaker } from '../../../base/waker.ts'
import type { Documents } from '../../../engines/meta/documents.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { recordOf } from '../objects/object-record.ts'
import type { VersionHistory } from '../versions/version-history.ts'
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
  /** How to see, after a crash, whether what it tells of happened. */
  readonly of: {
    readonly storeId: string
    readonly key: string
    readonly sequencer: string
    readonly event: ObjectEvent
    /** Of the version that was changed or removed; absent: the object was written. */
    readonly versionId?: string
  }
}

export interface NoticeEntry {
  readonly id: ReadonlyArray<KeyPart>
  readonly notice: Notice
}

/**
 * The events of a write that is about to be published. They are durable before it and delivered
 * after it, so a crash in between costs none; what was written down for a write that did not come
 * about is withdrawn.
 */
export interface Announcement {
  /**
   * Durable when resolved. Called again when the publication is tried again. `versionId` names a
   * version that was there before, and is changed or removed.
   */
  record(object: EventObject, versionId?: string): Promise<void>
  published(): void
  /** Never rejects. */
  withdraw(): Promise<void>
}

export interface Outbox {
  /** Undefined when no rule of the bucket wants the event. */
  announce(
    bucket: Bucket,
    event: ObjectEvent,
    key: string,
    origin: Origin,
  ): Announcement | undefined
  /** Published and due, the longest waiting first. */
  due(limit: number): Promise<ReadonlyArray<NoticeEntry>>
  /** When the next one is due; undefined when nothing waits. */
  nextDueMs(): Promise<number | undefined>
  done(entry: NoticeEntry): Promise<void>
  retry(entry: NoticeEntry, dueMs: number): Promise<void>
  /** Resolves when something was published, after `ms`, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  /** To be called before the first write: judges what a crash left. */
  recover(): Promise<void>
}

/** Events belong to no account of their own; they outlive the bucket that they tell of. */
const everywhere = { accountId: '', region: '' }
const PAGE = 500

export function createOutbox(deps: {
  readonly meta: MetaStore
  readonly history: VersionHistory
  readonly clock: Clock
  readonly random: Random
}): Outbox {
  const { meta, history, clock } = deps
  /** Ids are the time when the notice is due and a random text. */
  const notices = createDocuments<Notice>(meta, 's3/outbox')
  /** Written down by this process for writes that are not published yet. */
  const pending = new Set<string>()
  const waker = createWaker(clock)
  const announce = createAnnouncements({ ...deps, notices, pending, wake: waker.wake })

  /**
   * False when the object shows that the write was not published. Without an object there is no
   * telling: it may have been removed since, so the event goes out.
   */
  async function mayHaveHappened({ of }: Notice): Promise<boolean> {
    const found = await (of.versionId === undefined
      ? history.current(of, of.key)
      : history.find(of, of.key, of.versionId))
    return found === undefined || recordOf(found.object).sequencer >= of.sequencer
  }

  return {
    announce(bucket, event, key, origin) {
      const rules = matchingRules(bucket.notificationRules, event, key)
      const quiet = rules.length === 0 && !bucket.eventBridge
      return quiet ? undefined : announce({ bucket, event, key, origin, rules })
    },

    async due(limit) {
      const page = await notices.list(everywhere, { limit: limit + pending.size })
      return page
        .filter(
          ({ id: [dueMs, text] }) => Number(dueMs) <= clock.wallMs() && !pending.has(String(text)),
        )
        .slice(0, limit)
        .map(({ id, value }) => ({ id, notice: value }))
    },

    async nextDueMs() {
      const page = await notices.list(everywhere, { limit: 1 + pending.size })
      const next = page.find(({ id: [, text] }) => !pending.has(String(text)))
      return next && Number(next.id[0])
    },

    async done({ id }) {
      await notices.remove(everywhere, ...id)
    },

    async retry({ id, notice }, dueMs) {
      const [, text = ''] = id
      const later = { ...notice, attempts: notice.attempts + 1 }
      const { puts } = notices.putBatch(everywhere, [dueMs, text], later)
      await meta.commit({ puts })
      await notices.remove(everywhere, ...id)
    },

    wait: waker.wait,

    async recover() {
      let after: ReadonlyArray<KeyPart> | undefined
      for (;;) {
        const page = await notices.list(everywhere, { limit: PAGE, ...(after && { after }) })
        for (const { id, value } of page) {
          const untried = value.attempts === 0
          if (untried && !(await mayHaveHappened(value))) await notices.remove(everywhere, ...id)
        }
        after = page.at(-1)?.id
        if (page.length < PAGE) return
      }
    },
  }
}

/** Writes down what is about to happen, one notice for each rule that wants it. */
function createAnnouncements(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  readonly notices: Documents<Notice>
  readonly pending: Set<string>
  readonly wake: () => void
}) {
  const { meta, clock, random, notices, pending, wake } = deps
  return (announced: {
    readonly bucket: Bucket
    readonly event: ObjectEvent
    readonly key: string
    readonly origin: Origin
    readonly rules: ReadonlyArray<NotificationRule>
  }): Announcement => {
    const { bucket, event, key, origin, rules } = announced
    let ids: ReadonlyArray<readonly [dueMs: number, text: string]> = []
    const settle = () => {
      for (const [, text] of ids) pending.delete(text)
    }
    return {
      async record(object, versionId) {
        const createdMs = clock.wallMs()
        if (ids.length === 0) {
          const count = rules.length + (bucket.eventBridge ? 1 : 0)
          ids = Array.from({ length: count }, () => [createdMs, random.bytes(8).toString('hex')])
          for (const [, text] of ids) pending.add(text)
        }
        const time = dateOf(createdMs).toISOString()
        const facts = { name: event, time, bucket, object, origin }
        const messages = rules.map((rule) => ({
          service: rule.service,
          arn: rule.arn,
          body: eventMessage({ ...facts, configurationId: rule.id }),
        }))
        const toBus = { service: 'events' as const, arn: defaultBusArn(bucket) }
        const all = bucket.eventBridge
          ? [...messages, { ...toBus, body: busMessage(facts) }]
          : messages
        const { sequencer } = object
        const named = versionId !== undefined && { versionId }
        const of = { storeId: bucket.storeId, key, sequencer, event, ...named }
        const sender = senderOf(bucket)
        const puts = all.flatMap(({ service, arn, body }, index) => {
          const message = Buffer.from(body).toString('utf8')
          const notice = { service, arn, sender, message, createdMs, attempts: 0, of }
          return notices.putBatch(everywhere, ids[index] ?? [], notice).puts
        })
        await meta.commit({ puts })
      },
      published() {
        settle()
        wake()
      },
      async withdraw() {
        try {
          await Promise.all(ids.map((id) => notices.remove(everywhere, ...id)))
          settle()
        } catch {
          // Still pending, so this process never sends it; the next one judges it by the object.
        }
      },
    }
  }
}
