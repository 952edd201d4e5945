import type { KafkaRequest, KafkaResponse } from '../../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { Topic } from '../../parts.ts'
import { DESCRIBED_PARTITIONS_MAX } from '../limits.ts'
import type { Permissions } from '../permissions.ts'
import { permissionsOf } from '../permissions.ts'
import { NO_TOPIC_ID } from '../topic-id.ts'
import { topicNameProblem } from '../topic-name.ts'
import type { TopicsDeps } from '../topics-deps.ts'
import { wirePartitions } from '../wire-partitions.ts'

type Response = KafkaResponse<'describeTopicPartitions'>
type WireTopic = Response['topics'][number]

export const describeTopicPartitions: KafkaOperation<TopicsDeps, 'describeTopicPartitions'> = {
  name: 'describeTopicPartitions',
  async run(deps, request, context) {
    const may = permissionsOf(deps.authorizer, context.connection)
    const { cursor, responsePartitionLimit } = request
    let left = Math.min(Math.max(responsePartitionLimit, 1), DESCRIBED_PARTITIONS_MAX)
    const topics: WireTopic[] = []
    for (const { name, topic, error } of await wanted(deps, request, context, may)) {
      if (!topic) {
        const isHidden = error === 'TOPIC_AUTHORIZATION_FAILED'
        const operations = isHidden ? {} : { topicAuthorizedOperations: may.ofTopic(name) }
        topics.push({ ...failed(name, error), ...operations })
        continue
      }
      const first = cursor?.topicName === name ? Math.max(cursor.partitionIndex, 0) : 0
      if (left === 0) return { topics, nextCursor: { topicName: name, partitionIndex: first } }
      const partitions = wirePartitions(topic, deps.broker.nodeId).slice(first, first + left)
      left -= partitions.length
      topics.push({
        errorCode: 0,
        name,
        topicId: topic.id,
        partitions,
        topicAuthorizedOperations: may.ofTopic(name),
      })
      const next = first + partitions.length
      if (next < topic.partitionCount) {
        return { topics, nextCursor: { topicName: name, partitionIndex: next } }
      }
    }
    return { topics }
  },
}

interface Wanted {
  readonly name: string
  readonly topic: Topic | undefined
  readonly error: KafkaErrorName
}

/** In the order of names, from the cursor on. */
async function wanted(
  { topics }: TopicsDeps,
  { topics: named, cursor }: KafkaRequest<'describeTopicPartitions'>,
  { connection }: KafkaContext,
  may: Permissions,
): Promise<ReadonlyArray<Wanted>> {
  const isBehind = (name: string) => name >= (cursor?.topicName ?? '')
  if (named.length === 0) {
    const all = await topics.list(connection)
    return all
      .filter(({ name }) => isBehind(name) && may.withTopic('describe', name))
      .map((topic) => ({ name: topic.name, topic, error: 'NONE' }))
  }
  const names = [...new Set(named.map(({ name }) => name))].filter(isBehind).sort()
  return Promise.all(
    names.map(async (name): Promise<Wanted> => {
      if (!may.withTopic('describe', name)) {
        return { name, topic: undefined, error: 'TOPIC_AUTHORIZATION_FAILED' }
      }
      const topic = await topics.find(connection, name)
      const isName = topicNameProblem(name) === undefined
      const error = isName ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'
      return { name, topic, error }
    }),
  )
}

function failed(name: string, error: KafkaErrorName): WireTopic {
  return { errorCode: kafkaErrorCode(error), name, topicId: NO_TOPIC_ID, partitions: [] }
}
