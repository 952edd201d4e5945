import type { KafkaRequest, KafkaResponse } from '../../../../wire/kafka/apis.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { Topic } from '../../parts.ts'
import { repeatedOf } from '../../repeated.ts'
import { wireError, wireOutcomeOf } from '../failure.ts'
import type { Permissions } from '../permissions.ts'
import { permissionsOf } from '../permissions.ts'
import { NO_TOPIC_ID } from '../topic-id.ts'
import type { TopicsDeps } from '../topics-deps.ts'

type Wanted = KafkaRequest<'deleteTopics'>['topics'][number]
type Result = KafkaResponse<'deleteTopics'>['responses'][number]

export const deleteTopics: KafkaOperation<TopicsDeps, 'deleteTopics'> = {
  name: 'deleteTopics',
  async run(deps, { topics, topicNames }, context) {
    const may = permissionsOf(deps.authorizer, context.connection)
    const results: Result[] = []
    const isClear = (one: Wanted) => (one.name === null) !== (one.topicId === NO_TOPIC_ID)
    for (const one of topics) {
      const message = 'A topic is named either by its name or by its id.'
      if (!isClear(one)) results.push({ ...one, ...wireError('INVALID_REQUEST', message) })
    }
    const clear = topics.filter(isClear)
    const names = [...topicNames, ...clear.flatMap(({ name }) => name ?? [])]
    const ids = clear.filter(({ name }) => name === null).map(({ topicId }) => topicId)
    const repeatedNames = repeatedOf(names)
    for (const name of new Set(names)) {
      results.push(await removeByName(deps, name, repeatedNames.has(name), context, may))
    }
    const repeatedIds = repeatedOf(ids)
    for (const id of new Set(ids)) {
      results.push(await removeById(deps, id, repeatedIds.has(id), context, may))
    }
    return { responses: results }
  },
}

async function removeByName(
  deps: TopicsDeps,
  name: string,
  isTwice: boolean,
  context: KafkaContext,
  may: Permissions,
): Promise<Result> {
  const base = { name, topicId: NO_TOPIC_ID }
  if (isTwice) return { ...base, ...wireError('INVALID_REQUEST', 'Duplicate topic name.') }
  if (!may.withTopic('delete', name)) {
    return { ...base, ...wireError('TOPIC_AUTHORIZATION_FAILED') }
  }
  const topic = await deps.topics.find(context.connection, name)
  if (!topic) return { ...base, ...wireError('UNKNOWN_TOPIC_OR_PARTITION') }
  return remove(deps, topic, context)
}

async function removeById(
  deps: TopicsDeps,
  topicId: string,
  isTwice: boolean,
  context: KafkaContext,
  may: Permissions,
): Promise<Result> {
  const base = { name: null, topicId }
  if (isTwice) return { ...base, ...wireError('INVALID_REQUEST', 'Duplicate topic id.') }
  const topic = await deps.topics.findById(context.connection, topicId)
  // Who may not see a topic does not learn its name.
  if (!topic || !may.withTopic('describe', topic.name)) {
    return { ...base, ...wireError('UNKNOWN_TOPIC_ID') }
  }
  if (!may.withTopic('delete', topic.name)) {
    return { name: topic.name, topicId, ...wireError('TOPIC_AUTHORIZATION_FAILED') }
  }
  return remove(deps, topic, context)
}

async function remove({ admin }: TopicsDeps, topic: Topic, { connection }: KafkaContext) {
  const outcome = await wireOutcomeOf(() => admin.remove(connection, topic), connection.log)
  return { name: topic.name, topicId: topic.id, ...outcome }
}
