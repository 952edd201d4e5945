import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { NO_ERROR, wireError } from '../failure.ts'
import { permissionsOf } from '../permissions.ts'
import type { TopicsDeps } from '../topics-deps.ts'

/** None is ever under way: there is one broker. */
export const listPartitionReassignments: KafkaOperation<TopicsDeps, 'listPartitionReassignments'> =
  {
    name: 'listPartitionReassignments',
    async run({ authorizer }, _, { connection }) {
      const may = permissionsOf(authorizer, connection)
      if (!may.withCluster('describe')) {
        return { ...wireError('CLUSTER_AUTHORIZATION_FAILED'), topics: [] }
      }
      return { ...NO_ERROR, topics: [] }
    },
  }
