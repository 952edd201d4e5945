import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { NO_ERROR, wireError } from '../failure.ts'
import { permissionsOf } from '../permissions.ts'
import type { TopicsDeps } from '../topics-deps.ts'

/** There is no quorum: metadata is in a store of its own, so that none of its topics is there. */
export const describeQuorum: KafkaOperation<TopicsDeps, 'describeQuorum'> = {
  name: 'describeQuorum',
  async run({ authorizer }, { topics }, { connection }) {
    const may = permissionsOf(authorizer, connection)
    if (!may.withCluster('describe')) {
      return { ...wireError('CLUSTER_AUTHORIZATION_FAILED'), topics: [], nodes: [] }
    }
    const message = 'Metadata is not kept by a quorum.'
    const described = topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        ...wireError('UNKNOWN_TOPIC_OR_PARTITION', message),
        leaderId: -1,
        leaderEpoch: -1,
        highWatermark: -1,
        currentVoters: [],
        observers: [],
      })),
    }))
    return { ...NO_ERROR, topics: described, nodes: [] }
  },
}
