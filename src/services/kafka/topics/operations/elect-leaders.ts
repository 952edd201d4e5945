import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { wireError } from '../failure.ts'
import { permissionsOf } from '../permissions.ts'
import type { TopicsDeps } from '../topics-deps.ts'

const PREFERRED = 0
const UNCLEAN = 1

/** The one replica of a partition leads it already, so that no election is ever needed. */
export const electLeaders: KafkaOperation<TopicsDeps, 'electLeaders'> = {
  name: 'electLeaders',
  async run({ topics, authorizer }, request, { connection }) {
    const { electionType, topicPartitions } = request
    const may = permissionsOf(authorizer, connection)
    if (!may.withCluster('alter')) {
      const { errorCode } = wireError('CLUSTER_AUTHORIZATION_FAILED')
      return { errorCode, replicaElectionResults: [] }
    }
    if (electionType !== PREFERRED && electionType !== UNCLEAN) {
      return { errorCode: wireError('INVALID_REQUEST').errorCode, replicaElectionResults: [] }
    }
    const results = []
    // Where all are meant, those that need none are left out.
    for (const { topic: name, partitions } of topicPartitions ?? []) {
      const topic = await topics.find(connection, name)
      const partitionResult = partitions.map((partitionId) => ({
        partitionId,
        ...(topic && partitionId >= 0 && partitionId < topic.partitionCount
          ? wireError('ELECTION_NOT_NEEDED', 'Leader election not needed for topic partition.')
          : wireError('UNKNOWN_TOPIC_OR_PARTITION', 'The partition does not exist.')),
      }))
      results.push({ topic: name, partitionResult })
    }
    return { errorCode: 0, replicaElectionResults: results }
  },
}
