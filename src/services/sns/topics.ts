import { formatArn, parseArn } from '../../base/arn.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { snsLimits } from './limits.ts'
import { invalidParameter, notFound } from './sns-errors.ts'

export interface Topic {
  readonly name: string
  readonly arn: string
  readonly fifo: boolean
  readonly contentBasedDeduplication: boolean
  readonly displayName: string
  /** 1: SHA-1, 2: SHA-256. */
  readonly signatureVersion: '1' | '2'
  /** `MessageGroup` is AWS's high throughput. */
  readonly deduplicationScope?: 'Topic' | 'MessageGroup'
  /** Another limit than that of all topics. */
  readonly messageBytesMax?: number
  readonly tags: Readonly<Record<string, string>>
}

export function messageBytesMaxOf({ messageBytesMax }: Topic): number {
  return messageBytesMax ?? snsLimits.messageBytesMax
}

/** AWS: topics of large messages have fewer kinds of subscriptions, and fewer of them. */
export function isLarge(topic: Topic): boolean {
  return messageBytesMaxOf(topic) > snsLimits.messageBytesMax
}

/** The topics of all accounts. Rejects with `NotFound` for one that is not there. */
export interface Topics {
  /** As AWS: a topic that is there with the same settings is answered, others are refused. */
  create(scope: Scope, topic: Omit<Topic, 'arn'>): Promise<Topic>
  get(arn: string): Promise<Topic>
  find(arn: string): Promise<Topic | undefined>
  update(arn: string, change: (topic: Topic) => Topic): Promise<Topic>
  /** False when it was not there. */
  remove(arn: string): Promise<boolean>
  list(scope: Scope, after: string | undefined, limit: number): Promise<ReadonlyArray<Topic>>
}

export function createTopics(meta: MetaStore): Topics {
  const documents = createDocuments<Topic>(meta, 'sns/topic')

  async function find(arn: string): Promise<Topic | undefined> {
    const place = placeOf(arn)
    return place && documents.getShared(place.scope, place.name)
  }

  return {
    async create(scope, given) {
      const topic = { ...given, arn: topicArn(scope, given.name) }
      if (await documents.create(scope, [topic.name], topic)) return topic
      const there = await documents.get(scope, topic.name)
      if (!there) throw invalidParameter('Topic Name')
      if (!sameTags(there.tags, topic.tags)) {
        throw invalidParameter('Tags Reason: Topic already exists with different tags')
      }
      if (JSON.stringify(settingsOf(there)) !== JSON.stringify(settingsOf(topic))) {
        throw invalidParameter('Attributes Reason: Topic already exists with different attributes')
      }
      return there
    },
    find,
    async get(arn) {
      const topic = await find(arn)
      if (!topic) throw notFound('Topic does not exist')
      return topic
    },
    async update(arn, change) {
      const place = placeOf(arn)
      const topic = place && (await documents.update(place.scope, [place.name], change))
      if (!topic) throw notFound('Topic does not exist')
      return topic
    },
    async remove(arn) {
      const place = placeOf(arn)
      return place !== undefined && documents.remove(place.scope, place.name)
    },
    async list(scope, after, limit) {
      const page = { limit, ...(after !== undefined && { after: [after] }) }
      return (await documents.list(scope, page)).map(({ value }) => value)
    },
  }
}

function topicArn({ region, accountId }: Scope, name: string): string {
  return formatArn({ service: 'sns', region, accountId, resource: name })
}

/** Account and region of a topic, subscription or queue, by its ARN. */
export function scopeOfArn(arn: string): Scope {
  const { accountId = '', region = '' } = parseArn(arn) ?? {}
  return { accountId, region }
}

/** AWS: up to 256 letters, digits, `-` and `_`; FIFO topics end in `.fifo`. */
export function checkTopicName(name: string, fifo: boolean): void {
  const stem = fifo ? name.replace(/\.fifo$/, '') : name
  if (fifo !== name.endsWith('.fifo') || name.length > 256 || !/^[\w-]+$/.test(stem)) {
    throw invalidParameter('Topic Name')
  }
}

export function checkTagCount(tags: Readonly<Record<string, string>>): void {
  if (Object.keys(tags).length <= snsLimits.tagsMax) return
  throw invalidParameter(`Tags Reason: a topic has at most ${snsLimits.tagsMax} tags`)
}

function placeOf(arn: string) {
  const parsed = parseArn(arn)
  if (parsed?.service !== 'sns' || parsed.resource.includes(':')) return undefined
  return { scope: scopeOfArn(arn), name: parsed.resource }
}

function settingsOf({ tags: _tags, arn: _arn, name: _name, ...settings }: Topic) {
  return Object.entries(settings).sort(([left], [right]) => (left < right ? -1 : 1))
}

function sameTags(left: Topic['tags'], right: Topic['tags']): boolean {
  const text = (tags: Topic['tags']) => JSON.stringify(Object.entries(tags).sort())
  return text(left) === text(right)
}
