import type { KafkaRequest } from '../../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext } from '../../../../wire/kafka/operation.ts'
import type { TransactionPartition } from '../transaction.ts'
import type { TransactionDeps, TransactionOperation } from './transaction-deps.ts'
import { codeOf, idRefusal } from './wire-refusal.ts'

type Topics = KafkaRequest<'addPartitionsToTxn'>['v3AndBelowTopics']

/** All partitions become part of the transaction, or none. */
export const addPartitionsToTxn: TransactionOperation<'addPartitionsToTxn'> = {
  name: 'addPartitionsToTxn',
  async run(deps, request, context) {
    const topics = request.v3AndBelowTopics
    const respond = (errorOf: (topic: string, partition: number) => KafkaErrorName | 'none') => ({
      resultsByTopicV3AndBelow: topics.map(({ name, partitions }) => ({
        name,
        resultsByPartition: partitions.map((partitionIndex) => ({
          partitionIndex,
          partitionErrorCode: codeOf(errorOf(name, partitionIndex), context),
        })),
      })),
    })
    const transactionalId = request.v3AndBelowTransactionalId
    const error = idRefusal(deps, context, transactionalId)
    if (error) return respond(() => error)
    const { partitions, refused } = await resolve(deps, context, topics)
    if (refused.size > 0) {
      return respond((topic, at) => refused.get(`${topic}/${at}`) ?? 'OPERATION_NOT_ATTEMPTED')
    }
    const answer = await deps.transactions.coordinator.add(
      context.connection,
      transactionalId,
      {
        producerId: request.v3AndBelowProducerId,
        producerEpoch: request.v3AndBelowProducerEpoch,
      },
      { partitions },
    )
    return respond(() => answer)
  },
}

async function resolve(deps: TransactionDeps, { connection }: KafkaContext, topics: Topics) {
  const refused = new Map<string, KafkaErrorName>()
  const partitions: TransactionPartition[] = []
  for (const { name, partitions: numbers } of topics) {
    const isAllowed = deps.authorizer.allows(connection, 'write', { type: 'topic', name })
    const topic = isAllowed ? await deps.topics.find(connection, name) : undefined
    for (const number of numbers) {
      // A closed partition is written to no more, and so no part of any transaction.
      const id = topic?.isOpen(number) ? topic.partition(number) : undefined
      if (id) partitions.push({ topic: name, id })
      else {
        refused.set(
          `${name}/${number}`,
          isAllowed ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'TOPIC_AUTHORIZATION_FAILED',
        )
      }
    }
  }
  return { partitions, refused }
}
