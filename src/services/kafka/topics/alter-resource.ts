import type { KafkaContext } from '../../../wire/kafka/operation.ts'
import { repeatedOf } from '../repeated.ts'
import type { ConfigResource } from './config-resource.ts'
import {
  BROKER_RESOURCE,
  isThisBroker,
  resourceKey,
  TOPIC_RESOURCE,
  unservedResource,
} from './config-resource.ts'
import type { WireOutcome } from './failure.ts'
import { kafkaError, wireError, wireOutcomeOf } from './failure.ts'
import { permissionsOf } from './permissions.ts'
import type { ConfigValues } from './topic-settings.ts'
import type { TopicsDeps } from './topics-deps.ts'

interface Alteration<Config extends { readonly name: string }> extends ConfigResource {
  readonly configs: ReadonlyArray<Config>
}

/**
 * Changes the configs of each of the resources by itself, and answers for each how it went. `change`
 * makes the configs that are set from those that are.
 */
export async function alterResources<Config extends { readonly name: string }>(
  deps: TopicsDeps,
  request: {
    readonly resources: ReadonlyArray<Alteration<Config>>
    readonly validateOnly: boolean
  },
  change: (values: ConfigValues, configs: ReadonlyArray<Config>) => ConfigValues,
  context: KafkaContext,
) {
  const repeated = repeatedOf(request.resources.map(resourceKey))
  const responses: (ConfigResource & WireOutcome)[] = []
  const byKey = new Map(request.resources.map((resource) => [resourceKey(resource), resource]))
  for (const [key, resource] of byKey) {
    const { resourceType, resourceName } = resource
    const outcome = repeated.has(key)
      ? wireError('INVALID_REQUEST', 'Each resource must appear at most once.')
      : await alter(deps, resource, request.validateOnly, change, context)
    responses.push({ resourceType, resourceName, ...outcome })
  }
  return { responses }
}

async function alter<Config extends { readonly name: string }>(
  deps: TopicsDeps,
  resource: Alteration<Config>,
  validateOnly: boolean,
  change: (values: ConfigValues, configs: ReadonlyArray<Config>) => ConfigValues,
  { connection }: KafkaContext,
): Promise<WireOutcome> {
  const { resourceType, resourceName, configs } = resource
  const may = permissionsOf(deps.authorizer, connection)
  if (resourceType === BROKER_RESOURCE) {
    if (!may.withCluster('alter-configs')) return wireError('CLUSTER_AUTHORIZATION_FAILED')
    return wireError('INVALID_REQUEST', brokerRefusal(deps, resource))
  }
  if (resourceType !== TOPIC_RESOURCE) {
    return wireError('INVALID_REQUEST', unservedResource(resource))
  }
  if (!may.withTopic('alter-configs', resourceName)) {
    return wireError('TOPIC_AUTHORIZATION_FAILED')
  }
  return wireOutcomeOf(async () => {
    const topic = await deps.topics.find(connection, resourceName)
    if (!topic) {
      throw kafkaError('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${resourceName}' does not exist.`)
    }
    if (new Set(configs.map(({ name }) => name)).size < configs.length) {
      throw kafkaError('INVALID_REQUEST', 'Error due to duplicate config keys')
    }
    await deps.admin.configure(connection, topic, (values) => change(values, configs), validateOnly)
  }, connection.log)
}

function brokerRefusal(
  { broker }: TopicsDeps,
  { resourceName, configs }: Alteration<{ readonly name: string }>,
): string {
  if (!isThisBroker(resourceName, broker)) {
    return `Unexpected broker id, expected ${broker.nodeId} or empty string, but received ${resourceName}`
  }
  const names = configs.map(({ name }) => name).join(', ')
  return `The broker is configured by the settings of Headrace; not to be altered here: ${names}`
}
