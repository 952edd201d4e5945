import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { DeliveryPolicy } from './delivery-policy.ts'
import type { FilterScope } from './message-filter.ts'
import { notFound } from './sns-errors.ts'
import { scopeOfArn } from './topics.ts'

export type Protocol = 'sqs' | 'lambda' | 'firehose' | 'http' | 'https'

export interface Subscription {
  /** The last part of its ARN. */
  readonly id: string
  readonly arn: string
  readonly topicArn: string
  /** Account of the subscriber. */
  readonly owner: string
  readonly protocol: Protocol
  readonly endpoint: string
  /** An HTTP endpoint that has not confirmed gets nothing but the request to do so. */
  readonly pending: boolean
  readonly confirmedBySignature: boolean
  readonly raw: boolean
  readonly filterPolicy?: string
  readonly filterScope: FilterScope
  readonly deadLetterArn?: string
  readonly deliveryPolicy?: DeliveryPolicy
  readonly roleArn?: string
}

/** The subscriptions of all topics, kept under their topic's account and region. */
export interface Subscriptions {
  create(subscription: Subscription): Promise<void>
  /** The subscription of an endpoint to a topic, which is one at most. */
  findByEndpoint(
    topicArn: string,
    protocol: Protocol,
    endpoint: string,
  ): Promise<Subscription | undefined>
  /** Rejects with `NotFound`; a subscription that is pending has no ARN yet, but is found. */
  get(arn: string): Promise<Subscription>
  find(arn: string): Promise<Subscription | undefined>
  update(arn: string, change: (current: Subscription) => Subscription): Promise<Subscription>
  /** False when it was not there. */
  remove(arn: string): Promise<boolean>
  removeTopic(topicArn: string): Promise<void>
  ofTopic(
    topicArn: string,
    after: string | undefined,
    limit: number,
  ): Promise<ReadonlyArray<Subscription>>
  /** Of all topics in an account and region. `after` is the ARN of the last one shown. */
  list(scope: Scope, after: string | undefined, limit: number): Promise<ReadonlyArray<Subscription>>
}

export function createSubscriptions(meta: MetaStore): Subscriptions {
  const documents = createDocuments<Subscription>(meta, 'sns/subscription')

  async function find(arn: string): Promise<Subscription | undefined> {
    const place = placeOf(arn)
    return place && documents.getShared(place.scope, place.topic, place.id)
  }

  async function ofTopic(topicArn: string, after: string | undefined, limit: number) {
    const topic = topicNameOf(topicArn)
    const page = { under: [topic], limit, ...(after !== undefined && { after: [after] }) }
    return (await documents.list(scopeOfArn(topicArn), page)).map(({ value }) => value)
  }

  return {
    async create(subscription) {
      const { topicArn, id } = subscription
      await documents.put(scopeOfArn(topicArn), [topicNameOf(topicArn), id], subscription)
    },
    async findByEndpoint(topicArn, protocol, endpoint) {
      for (const one of await allOf((after) => ofTopic(topicArn, after, PAGE))) {
        if (one.protocol === protocol && one.endpoint === endpoint) return one
      }
      return undefined
    },
    find,
    async get(arn) {
      const found = await find(arn)
      if (!found) throw notFound('Subscription does not exist')
      return found
    },
    async update(arn, change) {
      const place = placeOf(arn)
      const next = place && (await documents.update(place.scope, [place.topic, place.id], change))
      if (!next) throw notFound('Subscription does not exist')
      return next
    },
    async remove(arn) {
      const place = placeOf(arn)
      return place !== undefined && documents.remove(place.scope, place.topic, place.id)
    },
    removeTopic: (topicArn) => documents.removeUnder(scopeOfArn(topicArn), topicNameOf(topicArn)),
    ofTopic,
    async list(scope, after, limit) {
      const place = after === undefined ? undefined : placeOf(after)
      const page = { limit, ...(place && { after: [place.topic, place.id] }) }
      return (await documents.list(scope, page)).map(({ value }) => value)
    },
  }
}

const PAGE = 1_000

/** All subscriptions, page by page. */
export async function allOf(
  page: (after: string | undefined) => Promise<ReadonlyArray<Subscription>>,
): Promise<ReadonlyArray<Subscription>> {
  const all: Subscription[] = []
  for (;;) {
    const next = await page(all.at(-1)?.id)
    all.push(...next)
    if (next.length < PAGE) return all
  }
}

/** A new subscription's id and ARN. */
export function newSubscriptionArn(topicArn: string, random: Random) {
  const id = random.uuid()
  return { id, arn: `${topicArn}:${id}` }
}

function topicNameOf(topicArn: string): string {
  return topicArn.split(':')[5] ?? ''
}

function placeOf(arn: string) {
  const parts = arn.split(':')
  const [, , , , , topic = '', id = ''] = parts
  return parts.length === 7 ? { scope: scopeOfArn(arn), topic, id } : undefined
}
