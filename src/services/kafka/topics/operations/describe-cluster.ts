import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { wireBroker } from '../broker.ts'
import { wireError } from '../failure.ts'
import { permissionsOf } from '../permissions.ts'
import type { TopicsDeps } from '../topics-deps.ts'

const BROKERS = 1
const CONTROLLERS = 2

export const describeCluster: KafkaOperation<TopicsDeps, 'describeCluster'> = {
  name: 'describeCluster',
  async run({ broker, authorizer }, request, { connection }) {
    const { clusterId, nodeId } = broker
    if (request.endpointType !== BROKERS) {
      const message = 'This is the endpoint of a broker: endpoint type 1.'
      const isKnown = request.endpointType === CONTROLLERS
      const name = isKnown ? 'MISMATCHED_ENDPOINT_TYPE' : 'UNSUPPORTED_ENDPOINT_TYPE'
      const error = wireError(name, message)
      return { ...error, endpointType: BROKERS, clusterId: '', brokers: [] }
    }
    const { nodeId: brokerId, ...where } = wireBroker(broker, connection)
    const may = permissionsOf(authorizer, connection)
    return {
      errorCode: 0,
      endpointType: BROKERS,
      clusterId,
      controllerId: nodeId,
      brokers: [{ brokerId, ...where, isFenced: false }],
      ...(request.includeClusterAuthorizedOperations && {
        clusterAuthorizedOperations: may.ofCluster(),
      }),
    }
  },
}
