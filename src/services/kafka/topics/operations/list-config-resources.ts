import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { BROKER_RESOURCE, TOPIC_RESOURCE } from '../config-resource.ts'
import { wireError } from '../failure.ts'
import { permissionsOf } from '../permissions.ts'
import type { TopicsDeps } from '../topics-deps.ts'

/** Version 0 asks for clients' metrics, of which there are none to configure. */
export const listConfigResources: KafkaOperation<TopicsDeps, 'listConfigResources'> = {
  name: 'listConfigResources',
  async run({ topics, broker, authorizer }, { resourceTypes }, { connection, apiVersion }) {
    const may = permissionsOf(authorizer, connection)
    if (!may.withCluster('describe-configs')) {
      const { errorCode } = wireError('CLUSTER_AUTHORIZATION_FAILED')
      return { errorCode, configResources: [] }
    }
    const isWanted = (type: number) =>
      apiVersion > 0 && (resourceTypes.length === 0 || resourceTypes.includes(type))
    const named = isWanted(TOPIC_RESOURCE) ? await topics.list(connection) : []
    return {
      errorCode: 0,
      configResources: [
        ...named.map(({ name }) => ({ resourceType: TOPIC_RESOURCE, resourceName: name })),
        ...(isWanted(BROKER_RESOURCE)
          ? [{ resourceType: BROKER_RESOURCE, resourceName: String(broker.nodeId) }]
          : []),
      ],
    }
  },
}
