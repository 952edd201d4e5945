import type { Scope } from '../../../base/scope.ts'
import type { KafkaErrorName } from '../../../wire/kafka/errors.ts'
import type { Topics } from '../parts.ts'
import { subscribes } from './group-facts.ts'
import type { GroupTable } from './group-table.ts'
import type { KeptOffset, OffsetPlace, OffsetStore } from './offset-store.ts'

export interface FetchedOffset extends OffsetPlace {
  /** -1 where nothing is committed, or it cannot be told. */
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string | null
  readonly error: KafkaErrorName
}

export interface OffsetFetch {
  readonly groupId: string
  /** Of a member of a consumer group, which is checked; null and -1 of all others. */
  readonly memberId: string | null
  readonly memberEpoch: number
  /** Null: all that the group has. */
  readonly places: ReadonlyArray<OffsetPlace> | null
  /** Refuse what an open transaction may still change. */
  readonly requireStable: boolean
}

/** What groups have committed; every commit that was acknowledged before is seen. */
export interface OffsetReads {
  fetch(
    scope: Scope,
    request: OffsetFetch,
  ): Promise<{ readonly error: KafkaErrorName; readonly offsets: ReadonlyArray<FetchedOffset> }>
  /** One answer for each place, or why it is refused as a whole. Durable when resolved. */
  remove(
    scope: Scope,
    groupId: string,
    places: ReadonlyArray<OffsetPlace>,
  ): Promise<KafkaErrorName | ReadonlyArray<KafkaErrorName>>
}

export function createOffsetReads(deps: {
  readonly table: GroupTable
  readonly offsets: OffsetStore
  readonly topics: Topics
}): OffsetReads {
  const { table, offsets, topics } = deps

  function claimError(scope: Scope, request: OffsetFetch): KafkaErrorName {
    const group = table.find(scope, request.groupId)?.group
    if (group?.kind !== 'consumer') return 'NONE'
    if (request.memberId === null && request.memberEpoch < 0) return 'NONE'
    const member = group.members.get(request.memberId ?? '')
    if (!member) return 'UNKNOWN_MEMBER_ID'
    return member.epoch === request.memberEpoch ? 'NONE' : 'STALE_MEMBER_EPOCH'
  }

  async function all(scope: Scope, groupId: string) {
    const found: Array<OffsetPlace & { kept: KeptOffset | undefined }> = []
    for await (const one of offsets.list(scope, groupId)) found.push(one)
    return found
  }

  async function some(scope: Scope, groupId: string, places: ReadonlyArray<OffsetPlace>) {
    return Promise.all(
      places.map(async (place) => ({
        topic: place.topic,
        partition: place.partition,
        kept: place.partition < 0 ? undefined : await offsets.get(scope, groupId, place),
      })),
    )
  }

  async function pendingOf(scope: Scope, groupId: string): Promise<ReadonlySet<string>> {
    const pending = new Set<string>()
    for await (const place of offsets.listPending(scope, groupId)) pending.add(nameOf(place))
    return pending
  }

  async function read(scope: Scope, request: OffsetFetch): Promise<FetchedOffset[]> {
    const { groupId, places, requireStable } = request
    const pending = requireStable ? await pendingOf(scope, groupId) : new Set<string>()
    const currentId = createCurrentIds(topics, scope)
    const fetched: FetchedOffset[] = []
    for (const { topic, partition, kept } of await (places
      ? some(scope, groupId, places)
      : all(scope, groupId))) {
      const isCurrent = kept !== undefined && (await currentId(topic)) === kept.topicId
      if (pending.has(nameOf({ topic, partition }))) {
        fetched.push({ topic, partition, ...NOTHING_COMMITTED, error: 'UNSTABLE_OFFSET_COMMIT' })
      } else if (isCurrent) {
        const { offset, leaderEpoch, metadata } = kept
        fetched.push({ topic, partition, offset, leaderEpoch, metadata, error: 'NONE' })
      } else if (places) {
        fetched.push({ topic, partition, ...NOTHING_COMMITTED })
      }
    }
    return fetched
  }

  return {
    async fetch(scope, request) {
      await table.ready()
      const { error, before } = await table.inTurn(scope, request.groupId, async () => ({
        error: claimError(scope, request),
        before: { commit: table.find(scope, request.groupId)?.lastCommit },
      }))
      if (error !== 'NONE') return { error, offsets: [] }
      await before.commit
      return { error, offsets: await read(scope, request) }
    },
    async remove(scope, groupId, places) {
      await table.ready()
      return table.inTurn(scope, groupId, async () => {
        const slot = table.find(scope, groupId)
        if (!slot) return 'GROUP_ID_NOT_FOUND'
        const { group } = slot
        const isOther = group.kind === 'classic' && group.protocolType !== 'consumer'
        if (isOther && group.state !== 'Empty') return 'NON_EMPTY_GROUP'
        const errors = places.map(
          ({ topic }): KafkaErrorName =>
            subscribes(group, topic) ? 'GROUP_SUBSCRIBED_TO_TOPIC' : 'NONE',
        )
        await slot.lastCommit
        await offsets.remove(
          scope,
          groupId,
          places.filter(({ partition }, index) => errors[index] === 'NONE' && partition >= 0),
        )
        return errors
      })
    },
  }
}

/** Ids of the topics as they are now: what was committed for one of another id is no more. */
function createCurrentIds(topics: Topics, scope: Scope) {
  const ids = new Map<string, string | undefined>()
  return async (topic: string) => {
    if (!ids.has(topic)) ids.set(topic, (await topics.find(scope, topic))?.id)
    return ids.get(topic)
  }
}

const NOTHING_COMMITTED = {
  offset: -1,
  leaderEpoch: -1,
  metadata: '',
  error: 'NONE',
} as const

function nameOf({ topic, partition }: OffsetPlace): string {
  return `${partition}:${topic}`
}
