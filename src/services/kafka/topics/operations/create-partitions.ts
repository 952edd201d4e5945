import type { KafkaRequest } from '../../../../wire/kafka/apis.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
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
    for (const name of new Set(topics.map((topic) => topic.name))) {
      const wanted = topics.filter((topic) => topic.name === name)
      const [first] = wanted
      if (!first || wanted.length > 1) {
        results.push({ name, ...wireError('INVALID_REQUEST', 'Duplicate topic name.') })
      } else if (!may.withTopic('alter', name)) {
        results.push({ name, ...wireError('TOPIC_AUTHORIZATION_FAILED') })
      } else {
        const work = () => grow(deps, first, validateOnly, context)
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
