import type { ProducerState } from '../../../../engines/log/port.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { Topic } from '../../parts.ts'
import type { WireOutcome } from '../../topics/failure.ts'
import { failureOf, NO_ERROR, wireError, wireFailure } from '../../topics/failure.ts'
import type { DataDeps } from '../data-deps.ts'

export const describeProducers: KafkaOperation<DataDeps, 'describeProducers'> = {
  name: 'describeProducers',
  async run(deps, { topics }, context) {
    const { connection } = context
    const results = []
    for (const { name, partitionIndexes } of topics) {
      const may = deps.authorizer.allows(connection, 'read', { type: 'topic', name })
      const topic = may ? await deps.topics.find(connection, name) : undefined
      const partitions = partitionIndexes.map((partitionIndex) =>
        may
          ? describe(deps, topic, partitionIndex, context)
          : failed(partitionIndex, wireError('TOPIC_AUTHORIZATION_FAILED')),
      )
      results.push({ name, partitions: await Promise.all(partitions) })
    }
    return { topics: results }
  },
}

async function describe(
  { batches }: DataDeps,
  topic: Topic | undefined,
  partitionIndex: number,
  { connection }: KafkaContext,
) {
  if (!topic || partitionIndex < 0 || partitionIndex >= topic.partitionCount) {
    return failed(partitionIndex, wireError('UNKNOWN_TOPIC_OR_PARTITION'))
  }
  try {
    const id = topic.partition(partitionIndex)
    const producers = id ? await batches.producers(id) : []
    return { partitionIndex, ...NO_ERROR, activeProducers: producers.map(toWire) }
  } catch (error) {
    return failed(partitionIndex, wireFailure(failureOf(error, connection.log)))
  }
}

function toWire(state: ProducerState) {
  return {
    producerId: state.producerId,
    producerEpoch: state.producerEpoch,
    lastSequence: state.lastSequence,
    lastTimestamp: state.lastTimestampMs,
    coordinatorEpoch: state.coordinatorEpoch,
    ...(state.transactionStartOffset !== undefined && {
      currentTxnStartOffset: state.transactionStartOffset,
    }),
  }
}

function failed(partitionIndex: number, outcome: WireOutcome) {
  return { partitionIndex, ...outcome, activeProducers: [] }
}
