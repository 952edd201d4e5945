// Hot: asked for every topic of every request; what follows from a stream is made once a version.
import type { Scope } from '../../../base/scope.ts'
import type { PartitionId } from '../../../engines/log/port.ts'
import type { Stream } from '../../kinesis/stream.ts'
import { partitionOf } from '../../kinesis/stream.ts'
import type { Streams } from '../../kinesis/streams.ts'
import type { Topic, Topics } from '../parts.ts'
import { KNOWN_IDS_MAX } from './limits.ts'
import { topicIdOf } from './topic-id.ts'

const PAGE = 1000

/** The streams of an account and region, as topics. A stream that is being made or removed is none. */
export function createTopicDirectory({
  streams,
}: {
  readonly streams: Pick<Streams, 'find' | 'list'>
}): Topics {
  const topics = new WeakMap<Stream, Topic>()
  /** An id is of one topic only, so a name that was once found for it stays right. */
  const namesById = new Map<string, string>()
  const listings = new Map<string, Promise<ReadonlyArray<Topic>>>()

  function topicOf(scope: Scope, stream: Stream): Topic | undefined {
    if (stream.status === 'CREATING' || stream.status === 'DELETING') return undefined
    const known = topics.get(stream)
    if (known) return known
    const topic = createTopic(scope, stream)
    topics.set(stream, topic)
    remember(idKey(scope, topic.id), topic.name)
    return topic
  }

  function remember(key: string, name: string): void {
    namesById.delete(key)
    namesById.set(key, name)
    const [oldest] = namesById.keys()
    if (namesById.size > KNOWN_IDS_MAX && oldest !== undefined) namesById.delete(oldest)
  }

  async function find(scope: Scope, name: string): Promise<Topic | undefined> {
    const { accountId, region } = scope
    const stream = await streams.find({ accountId, region, name })
    return stream && topicOf(scope, stream)
  }

  async function listNow(scope: Scope): Promise<ReadonlyArray<Topic>> {
    const found: Topic[] = []
    for (let after: string | undefined; ; ) {
      const page = await streams.list(scope, { limit: PAGE, ...(after !== undefined && { after }) })
      for (const stream of page) {
        const topic = topicOf(scope, stream)
        if (topic) found.push(topic)
      }
      after = page.at(-1)?.name
      if (page.length < PAGE) return found
    }
  }

  /** Those who look for ids that nobody has share the work of finding that out. */
  function listTogether(scope: Scope): Promise<ReadonlyArray<Topic>> {
    const key = `${scope.accountId}/${scope.region}`
    const under = listings.get(key)
    if (under) return under
    const listing = listNow(scope).finally(() => listings.delete(key))
    listings.set(key, listing)
    return listing
  }

  return {
    find,
    async findById(scope, id) {
      const name = namesById.get(idKey(scope, id))
      if (name === undefined) return (await listTogether(scope)).find((topic) => topic.id === id)
      const topic = await find(scope, name)
      return topic?.id === id ? topic : undefined
    },
    list: listNow,
  }
}

function idKey({ accountId, region }: Scope, id: string): string {
  return `${accountId}/${region}/${id}`
}

function createTopic({ accountId, region }: Scope, stream: Stream): Topic {
  const { name, shards } = stream
  const key = { accountId, region, name }
  const partitionCount = (shards.at(-1)?.number ?? -1) + 1
  const partitions: (PartitionId | undefined)[] = new Array(partitionCount).fill(undefined)
  const open: boolean[] = new Array(partitionCount).fill(false)
  for (const { number, closed } of shards) {
    partitions[number] = partitionOf(key, stream, number)
    open[number] = closed === undefined
  }
  return {
    name,
    id: topicIdOf(stream),
    partitionCount,
    stream,
    partition: (number) => partitions[number],
    isOpen: (number) => open[number] === true,
  }
}
