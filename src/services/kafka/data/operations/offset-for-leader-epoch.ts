import type { KafkaRequest } from '../../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { Topic } from '../../parts.ts'
import { LEADER_EPOCH } from '../../topics/broker.ts'
import { failureOf } from '../../topics/failure.ts'
import type { DataDeps } from '../data-deps.ts'
import { epochProblem } from '../leader-epoch.ts'

type Wanted = KafkaRequest<'offsetForLeaderEpoch'>['topics'][number]['partitions'][number]

const UNDEFINED = -1

/** The one epoch there is ends where the partition does. */
export const offsetForLeaderEpoch: KafkaOperation<DataDeps, 'offsetForLeaderEpoch'> = {
  name: 'offsetForLeaderEpoch',
  async run(deps, { topics }, context) {
    const { connection } = context
    const answers = topics.map(async ({ topic: name, partitions }) => {
      const may = deps.authorizer.allows(connection, 'describe', { type: 'topic', name })
      const topic = may ? await deps.topics.find(connection, name) : undefined
      const ends = partitions.map((wanted) =>
        may
          ? endOf(deps, topic, wanted, context)
          : answer(wanted, UNDEFINED, UNDEFINED, 'TOPIC_AUTHORIZATION_FAILED'),
      )
      return { topic: name, partitions: await Promise.all(ends) }
    })
    return { topics: await Promise.all(answers) }
  },
}

async function endOf(
  { batches }: DataDeps,
  topic: Topic | undefined,
  wanted: Wanted,
  { connection }: KafkaContext,
) {
  const { partition, currentLeaderEpoch, leaderEpoch } = wanted
  if (!topic || partition < 0 || partition >= topic.partitionCount) {
    return answer(wanted, UNDEFINED, UNDEFINED, 'UNKNOWN_TOPIC_OR_PARTITION')
  }
  const problem = epochProblem(currentLeaderEpoch)
  if (problem) return answer(wanted, UNDEFINED, UNDEFINED, problem)
  if (leaderEpoch !== LEADER_EPOCH) return answer(wanted, UNDEFINED, UNDEFINED)
  try {
    const id = topic.partition(partition)
    const endOffset = id ? (await batches.bounds(id)).endOffset : 0
    return answer(wanted, LEADER_EPOCH, endOffset)
  } catch (error) {
    return answer(wanted, UNDEFINED, UNDEFINED, failureOf(error, connection.log).error)
  }
}

function answer(
  { partition }: Wanted,
  leaderEpoch: number,
  endOffset: number,
  error: KafkaErrorName = 'NONE',
) {
  return { partition, errorCode: kafkaErrorCode(error), leaderEpoch, endOffset }
}
