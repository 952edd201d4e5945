import type { KafkaRequest } from '../../../../wire/kafka/apis.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { WireOutcome } from '../failure.ts'
import { NO_ERROR, wireError } from '../failure.ts'
import { permissionsOf } from '../permissions.ts'
import type { TopicsDeps } from '../topics-deps.ts'

type Wanted = KafkaRequest<'alterPartitionReassignments'>['topics'][number]

/** A partition can be moved to where it is, the one broker, and nowhere else. */
export const alterPartitionReassignments: KafkaOperation<
  TopicsDeps,
  'alterPartitionReassignments'
> = {
  name: 'alterPartitionReassignments',
  async run(deps, { topics }, context) {
    const may = permissionsOf(deps.authorizer, context.connection)
    if (!may.withCluster('alter')) {
      return { ...wireError('CLUSTER_AUTHORIZATION_FAILED'), responses: [] }
    }
    const responses = []
    for (const topic of topics) responses.push(await reassign(deps, topic, context))
    return { ...NO_ERROR, responses }
  },
}

async function reassign(
  { topics, broker }: TopicsDeps,
  { name, partitions }: Wanted,
  { connection }: KafkaContext,
) {
  const topic = await topics.find(connection, name)
  const answers = partitions.map(({ partitionIndex, replicas }) => {
    const isThere = topic && partitionIndex >= 0 && partitionIndex < topic.partitionCount
    const outcome = isThere
      ? outcomeOf(replicas, broker.nodeId)
      : wireError('UNKNOWN_TOPIC_OR_PARTITION', 'The partition does not exist.')
    return { partitionIndex, ...outcome }
  })
  return { name, partitions: answers }
}

function outcomeOf(replicas: ReadonlyArray<number> | null, nodeId: number): WireOutcome {
  if (replicas === null) {
    return wireError('NO_REASSIGNMENT_IN_PROGRESS', 'No partition reassignment is in progress.')
  }
  if (replicas.length === 1 && replicas[0] === nodeId) return NO_ERROR
  return wireError(
    'INVALID_REPLICA_ASSIGNMENT',
    `Every partition has one replica, on broker ${nodeId}; the assignment says [${replicas.join(', ')}].`,
  )
}
