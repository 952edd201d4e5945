import type { Clock } from '../../base/clock.ts'
import { dateOf } from '../../base/clock.ts'
import { EngineError } from '../../base/errors.ts'
import { encodeKey } from '../../base/ordered-key.ts'
import type { Random } from '../../base/random.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { StoredAttribute } from './envelope.ts'
import { attributesOf } from './envelope.ts'
import { snsLimits } from './limits.ts'
import type { MessageFilter } from './message-filter.ts'
import { matchesAttributes, matchesBody, parseFilter } from './message-filter.ts'
import type { Outbox, OutgoingMessage } from './outbox.ts'
import type { Protocol, Subscription, Subscriptions } from './subscriptions.ts'
import { allOf } from './subscriptions.ts'
import type { Topic } from './topics.ts'
import { scopeOfArn } from './topics.ts'

/** A message that has been checked. */
export interface NewMessage {
  readonly text: string
  readonly texts?: Readonly<Partial<Record<Protocol, string>>>
  readonly subject?: string
  readonly attributes: Readonly<Record<string, StoredAttribute>>
  readonly groupId?: string
  readonly deduplicationId?: string
}

export interface Published {
  readonly messageId: string
  /** Of FIFO topics: twenty digits. */
  readonly sequenceNumber?: string
}

/** Takes messages for a topic. */
export interface Publisher {
  /** All messages with all their deliveries are durable, by one commit, when resolved. */
  publish(topic: Topic, messages: ReadonlyArray<NewMessage>): Promise<ReadonlyArray<Published>>
  /** Forgets deduplication ids whose time is over. */
  forgetOld(): Promise<void>
  /** Forgets what is known of a topic that is gone. */
  forgetTopic(topicArn: string): Promise<void>
}

const STATES = 'sns/fifo'
const SEEN = 'sns/deduplication'
const SEEN_BY_TIME = 'sns/deduplication-time'
const FORGOTTEN_AT_ONCE = 1_000
const SUBSCRIPTIONS_PAGE = 1_000
const ATTEMPTS_MAX = 50

interface Seen extends Published {
  readonly atMs: number
}

type Puts = { key: Uint8Array; value: Uint8Array }[]

interface PublisherDeps {
  readonly meta: MetaStore
  readonly outbox: Outbox
  readonly subscriptions: Subscriptions
  readonly clock: Clock
  readonly random: Random
}

export function createPublisher(deps: PublisherDeps): Publisher {
  const { meta, outbox, clock } = deps
  const place = createPlacement(deps)
  const publishInOrder = createOrderedPublisher(deps, place)
  /** The last publish to each FIFO topic: those of one process go one after the other. */
  const turns = new Map<string, Promise<unknown>>()

  return {
    async publish(topic, messages) {
      if (topic.fifo) {
        const before = turns.get(topic.arn) ?? Promise.resolve()
        const turn = before.then(() => publishInOrder(topic, messages))
        const settled = turn.catch(() => undefined)
        turns.set(topic.arn, settled)
        try {
          return await turn
        } finally {
          if (turns.get(topic.arn) === settled) turns.delete(topic.arn)
        }
      }
      const placed = await place(topic, messages)
      const puts = placed.flatMap(({ message, to }) => outbox.puts(message, to))
      const count = placed.reduce((sum, { to }) => sum + to.length, 0)
      outbox.expectRoom(count)
      if (puts.length > 0) await meta.commit({ puts })
      outbox.committed(count)
      return placed.map(({ message: { messageId } }) => ({ messageId }))
    },
    async forgetOld() {
      const oldest = clock.wallMs() - snsLimits.deduplicationSeconds * 1000
      const prefix = encodeKey([SEEN_BY_TIME])
      const entries = await meta.scan({ prefix, limit: FORGOTTEN_AT_ONCE })
      const end = encodeKey([SEEN_BY_TIME, oldest])
      const old = entries.filter(({ key }) => Buffer.compare(key, end) < 0)
      if (old.length === 0) return
      await meta.commit({ removals: old.flatMap(({ key, value }) => [key, value]) })
    },
    async forgetTopic(topicArn) {
      await meta.commit({ removals: [stateKeyOf(topicArn)] })
    },
  }
}

interface Placed {
  readonly message: OutgoingMessage
  readonly to: ReadonlyArray<Subscription>
}

/** Gives messages their ids, and finds the subscriptions that want them. */
function createPlacement({ subscriptions, clock, random }: PublisherDeps) {
  const filters = new Map<string, MessageFilter>()

  function filterOf({ filterPolicy = '{}', filterScope }: Subscription): MessageFilter {
    const key = filterScope + filterPolicy
    const known = filters.get(key)
    if (known) return known
    const filter = parseFilter(filterPolicy, filterScope)
    if (filters.size >= FILTERS_MAX) filters.clear()
    filters.set(key, filter)
    return filter
  }

  function wants(subscription: Subscription, message: OutgoingMessage): boolean {
    if (subscription.pending) return false
    if (subscription.filterPolicy === undefined) return true
    const filter = filterOf(subscription)
    if (subscription.filterScope === 'MessageAttributes') {
      return matchesAttributes(filter, attributesOf(message))
    }
    return matchesBody(filter, message.texts?.[subscription.protocol] ?? message.text)
  }

  return async (
    topic: Topic,
    messages: ReadonlyArray<NewMessage>,
  ): Promise<ReadonlyArray<Placed>> => {
    const all = await allOf((after) => subscriptions.ofTopic(topic.arn, after, SUBSCRIPTIONS_PAGE))
    const timestamp = dateOf(clock.wallMs()).toISOString()
    return messages.map((given) => {
      const message: OutgoingMessage = {
        ...given,
        type: 'Notification',
        messageId: random.uuid(),
        topicArn: topic.arn,
        timestamp,
        signatureVersion: topic.signatureVersion,
      }
      return { message, to: all.filter((subscription) => wants(subscription, message)) }
    })
  }
}

const FILTERS_MAX = 1_000

/** FIFO: numbers in sequence, and what was sent in the last five minutes is not sent again. */
function createOrderedPublisher(
  { meta, outbox, clock }: PublisherDeps,
  place: ReturnType<typeof createPlacement>,
) {
  async function attempt(topic: Topic, messages: ReadonlyArray<NewMessage>) {
    const stateKey = stateKeyOf(topic.arn)
    const state = await meta.get(stateKey)
    let last = state ? Number(Buffer.from(state.value).toString()) : 0
    const nowMs = clock.wallMs()
    const puts: Puts = []
    const fresh = new Map<string, Seen>()
    const answers: Published[] = []
    let count = 0
    for (const { message, to } of await place(topic, messages)) {
      const seenKey = seenKeyOf(topic, message)
      const name = seenKey.toString('latin1')
      const known = fresh.get(name) ?? (await seenAt(seenKey, nowMs))
      if (known) {
        answers.push(publishedOf(known))
        continue
      }
      last++
      count += to.length
      const sequenceNumber = sequenceText(last)
      const seen: Seen = { messageId: message.messageId, sequenceNumber, atMs: nowMs }
      fresh.set(name, seen)
      puts.push(
        { key: seenKey, value: Buffer.from(JSON.stringify(seen)) },
        { key: encodeKey([SEEN_BY_TIME, nowMs, message.messageId]), value: seenKey },
        ...outbox.puts({ ...message, sequenceNumber }, to, last),
      )
      answers.push(publishedOf(seen))
    }
    outbox.expectRoom(count)
    puts.push({ key: stateKey, value: Buffer.from(String(last)) })
    await meta.commit({ checks: [{ key: stateKey, version: state?.version ?? 0 }], puts })
    outbox.committed(count)
    return answers
  }

  async function seenAt(key: Uint8Array, nowMs: number): Promise<Seen | undefined> {
    const entry = await meta.get(key)
    const seen = entry && (JSON.parse(Buffer.from(entry.value).toString()) as Seen)
    const oldest = nowMs - snsLimits.deduplicationSeconds * 1000
    return seen && seen.atMs > oldest ? seen : undefined
  }

  return async (topic: Topic, messages: ReadonlyArray<NewMessage>) => {
    for (let tries = 0; tries < ATTEMPTS_MAX; tries++) {
      try {
        return await attempt(topic, messages)
      } catch (error) {
        // Another node was in between: its messages come first.
        if (!(error instanceof EngineError && error.kind === 'conflict')) throw error
      }
    }
    throw new EngineError('conflict', `${topic.arn} is published to too often at once`)
  }
}

/** Under the account, with which it goes. */
function stateKeyOf(topicArn: string): Buffer {
  return encodeKey([STATES, scopeOfArn(topicArn).accountId, topicArn])
}

function seenKeyOf(topic: Topic, { groupId = '', deduplicationId = '' }: OutgoingMessage): Buffer {
  const group = topic.deduplicationScope === 'MessageGroup' ? groupId : ''
  const { accountId } = scopeOfArn(topic.arn)
  return encodeKey([SEEN, accountId, topic.arn, group, deduplicationId])
}

function publishedOf({ messageId, sequenceNumber }: Seen): Published {
  return { messageId, ...(sequenceNumber !== undefined && { sequenceNumber }) }
}

/** AWS: twenty digits that begin with a one. */
function sequenceText(sequence: number): string {
  return `1${String(sequence).padStart(19, '0')}`
}
