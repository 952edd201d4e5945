import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { GroupOperationDeps } from '../contract.ts'
import type { FetchedOffset } from '../offset-reads.ts'
import { answerOr, byTopic, isGroupId } from './wire-group.ts'

/** From this version on several groups are asked for at once. */
const BATCH_VERSION = 8

export const offsetFetch: KafkaOperation<GroupOperationDeps, 'offsetFetch'> = {
  name: 'offsetFetch',
  async run(deps, request, context) {
    const { groupId, topics, requireStable } = request
    if (context.apiVersion >= BATCH_VERSION) {
      const asked = request.groups.map((one) =>
        fetchGroup(deps, { ...one, requireStable }, context),
      )
      return { groups: await Promise.all(asked) }
    }
    const group = { groupId, topics, memberId: null, memberEpoch: -1, requireStable }
    const fetched = await fetchGroup(deps, group, context)
    // Clients of these versions look at the partitions where the whole is refused.
    const refused =
      fetched.errorCode === 0
        ? []
        : (topics ?? []).map(({ name, partitionIndexes }) => ({
            name,
            partitions: partitionIndexes.map((partitionIndex) => ({
              partitionIndex,
              committedOffset: -1,
              metadata: '',
              errorCode: fetched.errorCode,
            })),
          }))
    return { topics: [...fetched.topics, ...refused], errorCode: fetched.errorCode, groups: [] }
  },
}

interface AskedGroup {
  readonly groupId: string
  readonly memberId: string | null
  readonly memberEpoch: number
  readonly topics: ReadonlyArray<{
    readonly name: string
    readonly partitionIndexes: ReadonlyArray<number>
  }> | null
  readonly requireStable: boolean
}

async function fetchGroup(deps: GroupOperationDeps, asked: AskedGroup, context: KafkaContext) {
  const { groups, authorizer } = deps
  const { connection } = context
  const { groupId, memberId, memberEpoch, requireStable } = asked
  const refused = (error: KafkaErrorName) => {
    return { groupId, topics: [], errorCode: kafkaErrorCode(error) }
  }
  if (!authorizer.allows(connection, 'describe', { type: 'group', name: groupId })) {
    return refused('GROUP_AUTHORIZATION_FAILED')
  }
  if (!isGroupId(groupId)) return refused('INVALID_GROUP_ID')
  const sees = (name: string) => authorizer.allows(connection, 'describe', { type: 'topic', name })
  const wanted = asked.topics?.flatMap(({ name, partitionIndexes }) =>
    partitionIndexes.map((partition) => ({ topic: name, partition })),
  )
  const places = wanted?.filter(({ topic }) => sees(topic)) ?? null
  const { error, offsets } = await answerOr<Awaited<ReturnType<typeof groups.offsets.fetch>>>(
    context,
    groups.offsets.fetch(connection, { groupId, memberId, memberEpoch, places, requireStable }),
    { error: 'COORDINATOR_NOT_AVAILABLE', offsets: [] },
  )
  if (error !== 'NONE') return refused(error)
  const hidden = (wanted ?? []).filter(({ topic }) => !sees(topic))
  const rows = [
    ...(places ? offsets : offsets.filter(({ topic }) => sees(topic))),
    ...hidden.map((place) => ({ ...place, ...HIDDEN })),
  ]
  return { groupId, topics: byTopic(rows, toWire), errorCode: kafkaErrorCode('NONE') }
}

const HIDDEN = {
  offset: -1,
  leaderEpoch: -1,
  metadata: '',
  error: 'TOPIC_AUTHORIZATION_FAILED',
} as const

function toWire({ partition, offset, leaderEpoch, metadata, error }: FetchedOffset) {
  return {
    partitionIndex: partition,
    committedOffset: offset,
    committedLeaderEpoch: leaderEpoch,
    // Whoever commits null reads an empty text, as from Apache Kafka.
    metadata: metadata ?? '',
    errorCode: kafkaErrorCode(error),
  }
}
