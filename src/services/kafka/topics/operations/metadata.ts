import { ServiceError } from '../../../../base/errors.ts'
import type { KafkaRequest, KafkaResponse } from '../../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { Topic } from '../../parts.ts'
import { settingsIn, wireBroker } from '../broker.ts'
import { failureOf } from '../failure.ts'
import type { Permissions } from '../permissions.ts'
import { permissionsOf } from '../permissions.ts'
import { NO_TOPIC_ID } from '../topic-id.ts'
import { topicNameProblem } from '../topic-name.ts'
import type { TopicsDeps } from '../topics-deps.ts'
import { wirePartitions } from '../wire-partitions.ts'

type Request = KafkaRequest<'metadata'>
type Wanted = NonNullable<Request['topics']>[number]
type WireTopic = KafkaResponse<'metadata'>['topics'][number]

/** The version since which a topic may have no name in the answer. */
const NO_NAME_SINCE = 12

export const metadata: KafkaOperation<TopicsDeps, 'metadata'> = {
  name: 'metadata',
  async run(deps, request, context) {
    const { connection, apiVersion } = context
    const { broker, authorizer } = deps
    const may = permissionsOf(authorizer, connection)
    // Version 0 has no null: there an empty list means all.
    const isAll = request.topics === null || (apiVersion === 0 && request.topics.length === 0)
    const topics = isAll
      ? await describeAll(deps, context, may)
      : await describeSome(deps, request, context, may)
    if (request.includeTopicAuthorizedOperations) addOperations(topics, may)
    return {
      brokers: [wireBroker(broker, connection)],
      clusterId: broker.clusterId,
      controllerId: broker.nodeId,
      topics,
      ...(request.includeClusterAuthorizedOperations && {
        clusterAuthorizedOperations: may.ofCluster(),
      }),
      errorCode: 0,
    }
  },
}

type Described = { -readonly [K in keyof WireTopic]: WireTopic[K] }

async function describeAll(
  { topics, broker }: TopicsDeps,
  { connection }: KafkaContext,
  may: Permissions,
): Promise<Described[]> {
  const all = await topics.list(connection)
  return all
    .filter((topic) => may.withTopic('describe', topic.name))
    .map((topic) => described(topic, broker.nodeId))
}

async function describeSome(
  deps: TopicsDeps,
  { topics: wanted, allowAutoTopicCreation }: Request,
  context: KafkaContext,
  may: Permissions,
): Promise<Described[]> {
  const { autoCreateTopics } = await settingsIn(deps.broker, context.connection)
  const mayCreate = allowAutoTopicCreation && autoCreateTopics
  const answers: Described[] = []
  const names = new Set<string>()
  for (const one of wanted ?? []) {
    // Whoever names a topic twice is told of it once, as by Apache Kafka.
    if (one.name !== null && names.size === names.add(one.name).size) continue
    const answer =
      one.name === null || one.topicId !== NO_TOPIC_ID
        ? await describeById(deps, one, context, may)
        : await describeByName(deps, one.name, mayCreate, context, may)
    answers.push(answer)
  }
  return answers
}

async function describeById(
  { topics, broker }: TopicsDeps,
  { topicId }: Wanted,
  { connection, apiVersion }: KafkaContext,
  may: Permissions,
): Promise<Described> {
  const topic = await topics.findById(connection, topicId)
  // Who may not see a topic does not learn its name.
  if (!topic || !may.withTopic('describe', topic.name)) {
    return { ...failed('UNKNOWN_TOPIC_ID', apiVersion < NO_NAME_SINCE ? '' : null), topicId }
  }
  return described(topic, broker.nodeId)
}

async function describeByName(
  { topics, broker, admin }: TopicsDeps,
  name: string,
  mayCreate: boolean,
  { connection }: KafkaContext,
  may: Permissions,
): Promise<Described> {
  if (!may.withTopic('describe', name)) return failed('TOPIC_AUTHORIZATION_FAILED', name)
  const found = await topics.find(connection, name)
  if (found) return described(found, broker.nodeId)
  if (topicNameProblem(name) !== undefined) return failed('INVALID_TOPIC_EXCEPTION', name)
  if (!mayCreate) return failed('UNKNOWN_TOPIC_OR_PARTITION', name)
  if (!may.withCluster('create') && !may.withTopic('create', name)) {
    return failed('TOPIC_AUTHORIZATION_FAILED', name)
  }
  try {
    const { partitionsDefault } = await settingsIn(broker, connection)
    const wanted = { name, partitionCount: partitionsDefault, configs: {} }
    await admin.create(connection, wanted, false)
  } catch (error) {
    const isThere = error instanceof ServiceError && error.code === 'TOPIC_ALREADY_EXISTS'
    if (!isThere) return failed(failureOf(error, connection.log).error, name)
  }
  const made = await topics.find(connection, name)
  return made ? described(made, broker.nodeId) : failed('LEADER_NOT_AVAILABLE', name)
}

function described(topic: Topic, nodeId: number): Described {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: false,
    partitions: wirePartitions(topic, nodeId),
  }
}

function failed(error: KafkaErrorName, name: string | null): Described {
  return { errorCode: kafkaErrorCode(error), name, topicId: NO_TOPIC_ID, partitions: [] }
}

function addOperations(topics: ReadonlyArray<Described>, may: Permissions): void {
  for (const topic of topics) {
    if (topic.errorCode === 0 && topic.name !== null) {
      topic.topicAuthorizedOperations = may.ofTopic(topic.name)
    }
  }
}
