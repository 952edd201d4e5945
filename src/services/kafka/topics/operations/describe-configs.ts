import type { KafkaRequest, KafkaResponse } from '../../../../wire/kafka/apis.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { settingsIn } from '../broker.ts'
import {
  BROKER_RESOURCE,
  isThisBroker,
  TOPIC_RESOURCE,
  unservedResource,
} from '../config-resource.ts'
import type { ConfigWishes } from '../describe-configs.ts'
import { describeBrokerConfigs, describeTopicConfigs } from '../describe-configs.ts'
import { NO_ERROR, wireError } from '../failure.ts'
import type { Permissions } from '../permissions.ts'
import { permissionsOf } from '../permissions.ts'
import { topicNameProblem } from '../topic-name.ts'
import { configValuesOf } from '../topic-settings.ts'
import type { TopicsDeps } from '../topics-deps.ts'

type Request = KafkaRequest<'describeConfigs'>
type Result = Omit<
  KafkaResponse<'describeConfigs'>['results'][number],
  'resourceType' | 'resourceName'
>

export const describeConfigs: KafkaOperation<TopicsDeps, 'describeConfigs'> = {
  name: 'describeConfigs',
  async run(deps, request, context) {
    const may = permissionsOf(deps.authorizer, context.connection)
    const { includeSynonyms: synonyms, includeDocumentation: documentation } = request
    const results = []
    for (const resource of request.resources) {
      const { resourceType, resourceName, configurationKeys: names } = resource
      const wishes = { names, synonyms, documentation }
      const result = await describe(deps, resource, wishes, context, may)
      results.push({ resourceType, resourceName, ...result })
    }
    return { results }
  },
}

async function describe(
  { topics, broker }: TopicsDeps,
  resource: Request['resources'][number],
  wishes: ConfigWishes,
  { connection }: KafkaContext,
  may: Permissions,
): Promise<Result> {
  const { resourceType, resourceName } = resource
  if (resourceType === BROKER_RESOURCE) {
    if (!may.withCluster('describe-configs')) return failed('CLUSTER_AUTHORIZATION_FAILED')
    if (isThisBroker(resourceName, broker)) {
      const settings = await settingsIn(broker, connection)
      return { ...NO_ERROR, configs: describeBrokerConfigs(broker, settings, wishes) }
    }
    const message = `Unexpected broker id, expected ${broker.nodeId}, but received ${resourceName}`
    return failed('INVALID_REQUEST', message)
  }
  if (resourceType !== TOPIC_RESOURCE) {
    return failed('INVALID_REQUEST', unservedResource(resource))
  }
  if (!may.withTopic('describe-configs', resourceName)) {
    return failed('TOPIC_AUTHORIZATION_FAILED')
  }
  const topic = await topics.find(connection, resourceName)
  if (topic) {
    return { ...NO_ERROR, configs: describeTopicConfigs(configValuesOf(topic.stream), wishes) }
  }
  const problem = topicNameProblem(resourceName)
  return problem ? failed('INVALID_TOPIC_EXCEPTION', problem) : failed('UNKNOWN_TOPIC_OR_PARTITION')
}

function failed(...error: Parameters<typeof wireError>): Result {
  return { ...wireError(...error), configs: [] }
}
