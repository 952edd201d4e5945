import type { KafkaRequest, KafkaResponse } from '../../../../wire/kafka/apis.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { repeatedOf } from '../../repeated.ts'
import type { Broker } from '../broker.ts'
import { settingsIn } from '../broker.ts'
import { ALL_CONFIGS, describeTopicConfigs } from '../describe-configs.ts'
import { failureOf, kafkaError, NO_ERROR, wireError, wireFailure } from '../failure.ts'
import type { Permissions } from '../permissions.ts'
import { permissionsOf } from '../permissions.ts'
import { refuseAssignments } from '../replicas.ts'
import type { CreatedTopic, NewTopic } from '../topic-admin.ts'
import { NO_TOPIC_ID } from '../topic-id.ts'
import type { TopicsDeps } from '../topics-deps.ts'

type Wanted = KafkaRequest<'createTopics'>['topics'][number]
type Result = KafkaResponse<'createTopics'>['topics'][number]

export const createTopics: KafkaOperation<TopicsDeps, 'createTopics'> = {
  name: 'createTopics',
  async run(deps, { topics, validateOnly }, context) {
    const may = permissionsOf(deps.authorizer, context.connection)
    const repeated = repeatedOf(topics.map(({ name }) => name))
    const results: Result[] = []
    for (const [name, wanted] of new Map(topics.map((topic) => [topic.name, topic]))) {
      if (repeated.has(name)) {
        results.push({ ...refused(name), ...wireError('INVALID_REQUEST', 'Duplicate topic name.') })
      } else {
        results.push(await create(deps, wanted, validateOnly, context, may))
      }
    }
    return { topics: results }
  },
}

async function create(
  { admin, broker }: TopicsDeps,
  wanted: Wanted,
  validateOnly: boolean,
  { connection }: KafkaContext,
  may: Permissions,
): Promise<Result> {
  const { name } = wanted
  if (!may.withCluster('create') && !may.withTopic('create', name)) {
    return { ...refused(name), ...wireError('TOPIC_AUTHORIZATION_FAILED') }
  }
  try {
    const { partitionsDefault } = await settingsIn(broker, connection)
    const request = newTopicOf(wanted, broker, partitionsDefault)
    const created = await admin.create(connection, request, validateOnly)
    return { ...resultOf(request, created, may), ...NO_ERROR }
  } catch (error) {
    return { ...refused(name), ...wireFailure(failureOf(error, connection.log)) }
  }
}

function newTopicOf(wanted: Wanted, broker: Broker, partitionsDefault: number): NewTopic {
  const { name, numPartitions, replicationFactor, assignments } = wanted
  const configs = configsOf(wanted.configs)
  if (assignments.length > 0) {
    if (numPartitions !== -1 || replicationFactor !== -1) {
      throw kafkaError(
        'INVALID_REQUEST',
        'With an assignment of partitions, their number and the replication factor must be -1.',
      )
    }
    const inOrder = [...assignments].sort((a, b) => a.partitionIndex - b.partitionIndex)
    if (inOrder.some(({ partitionIndex }, index) => partitionIndex !== index)) {
      const message = 'Assigned partitions must be numbered from 0 on, without gaps.'
      throw kafkaError('INVALID_REPLICA_ASSIGNMENT', message)
    }
    refuseAssignments(inOrder, broker)
    return { name, partitionCount: assignments.length, configs }
  }
  if (replicationFactor !== -1 && replicationFactor !== 1) {
    throw kafkaError(
      'INVALID_REPLICATION_FACTOR',
      replicationFactor > 1
        ? `Unable to replicate the partition ${replicationFactor} times: there is 1 broker.`
        : 'Replication factor must be larger than 0, or -1 to use the default value.',
    )
  }
  const partitionCount = numPartitions === -1 ? partitionsDefault : numPartitions
  return { name, partitionCount, configs }
}

function configsOf(given: Wanted['configs']): NewTopic['configs'] {
  const entries = given.map(({ name, value }) => {
    if (value !== null) return [name, value] as const
    throw kafkaError('INVALID_CONFIG', `Null value not supported for topic configs: ${name}`)
  })
  return Object.fromEntries(entries)
}

function resultOf(request: NewTopic, { topic, configs }: CreatedTopic, may: Permissions) {
  const base = { name: request.name, topicId: topic?.id ?? NO_TOPIC_ID }
  if (!may.withTopic('describe-configs', request.name)) {
    const topicConfigErrorCode = kafkaErrorCode('TOPIC_AUTHORIZATION_FAILED')
    return { ...base, topicConfigErrorCode, configs: null }
  }
  return {
    ...base,
    numPartitions: request.partitionCount,
    replicationFactor: 1,
    configs: describeTopicConfigs(configs, ALL_CONFIGS),
  }
}

function refused(name: string) {
  return { name, topicId: NO_TOPIC_ID, configs: [] }
}
