import type { KafkaRequest } from '../../../../wire/kafka/apis.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { repeatedOf } from '../../repeated.ts'
import { kafkaError, wireError, wireOutcomeOf } from '../failure.ts'
import { permissionsOf } from '../permissions.ts'
import { refuseAssignments } from '../replicas.ts'
import type { TopicsDeps } from '../topics-deps.ts'

type Wanted = KafkaRequest<'createPartitions'>['topics'][number]

export const createPartitions: KafkaOperation<TopicsDeps, 'createPartitions'> = {
  name: 'createPartitions',
  async run(deps, { topics, validateOnly }, context) {
    const may = permissionsOf(deps.authorizer, context.connection)
    const results = []
    const repeated = repeatedOf(topics.map(({ name }) => name))
    for (const [name, wanted] of new Map(topics.map((topic) => [topic.name, topic]))) {
      if (repeated.has(name)) {
        results.push({ name, ...wireError('INVALID_REQUEST', 'Duplicate topic name.') })
      } else if (!may.withTopic('alter', name)) {
        results.push({ name, ...wireError('TOPIC_AUTHORIZATION_FAILED') })
      } else {
        const work = () => grow(deps, wanted, validateOnly, context)
        results.push({ name, ...(await wireOutcomeOf(work, context.connection.log)) })
      }
    }
    return { results }
  },
}

async function grow(
  { topics, admin, broker }: TopicsDeps,
  { name, count, assignments }: Wanted,
  validateOnly: boolean,
  { connection }: KafkaContext,
): Promise<void> {
  const topic = await topics.find(connection, name)
  if (!topic) {
    throw kafkaError('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`)
  }
  const added = count - topic.partitionCount
  if (assignments && added > 0) {
    if (assignments.length !== added) {
      throw kafkaError(
        'INVALID_REPLICA_ASSIGNMENT',
        `Attempted to add ${added} additional partition(s), but only ${assignments.length} ` +
          'assignment(s) were specified.',
      )
    }
    refuseAssignments(assignments, broker)
  }
  await admin.grow(connection, topic, count, validateOnly)
}
