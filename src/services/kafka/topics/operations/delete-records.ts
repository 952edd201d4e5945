import { EngineError } from '../../../../base/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { Topic } from '../../parts.ts'
import { listItems } from '../config-value.ts'
import { failureOf, kafkaError } from '../failure.ts'
import { permissionsOf } from '../permissions.ts'
import { configValuesOf } from '../topic-settings.ts'
import type { TopicsDeps } from '../topics-deps.ts'

interface Wanted {
  readonly partitionIndex: number
  readonly offset: number
}

const UNKNOWN = -1
/** Instead of an offset: all that is there. */
const HIGH_WATERMARK = -1

export const deleteRecords: KafkaOperation<TopicsDeps, 'deleteRecords'> = {
  name: 'deleteRecords',
  async run(deps, { topics }, context) {
    const { connection } = context
    const may = permissionsOf(deps.authorizer, connection)
    const results = []
    for (const { name, partitions } of topics) {
      const mayDelete = may.withTopic('delete', name)
      const topic = mayDelete ? await deps.topics.find(connection, name) : undefined
      const answers = []
      for (const wanted of partitions) {
        answers.push(
          mayDelete
            ? await remove(deps, topic, wanted, context)
            : failed(wanted, kafkaErrorCode('TOPIC_AUTHORIZATION_FAILED')),
        )
      }
      results.push({ name, partitions: answers })
    }
    return { topics: results }
  },
}

async function remove(
  { log }: TopicsDeps,
  topic: Topic | undefined,
  wanted: Wanted,
  { connection }: KafkaContext,
) {
  const { partitionIndex, offset } = wanted
  try {
    const id = topic?.partition(partitionIndex)
    if (!topic || !id) throw kafkaError('UNKNOWN_TOPIC_OR_PARTITION', '')
    refuseCompacted(topic)
    if (offset < HIGH_WATERMARK) throw kafkaError('OFFSET_OUT_OF_RANGE', '')
    await log.trim(id, offset === HIGH_WATERMARK ? (await log.bounds(id)).endOffset : offset)
    const { startOffset } = await log.bounds(id)
    return { partitionIndex, lowWatermark: startOffset, errorCode: 0 }
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'invalid') {
      return failed(wanted, kafkaErrorCode('OFFSET_OUT_OF_RANGE'))
    }
    return failed(wanted, kafkaErrorCode(failureOf(error, connection.log).error))
  }
}

function refuseCompacted({ stream }: Topic): void {
  const policy = configValuesOf(stream)['cleanup.policy'] ?? 'delete'
  if (listItems(policy).includes('delete')) return
  throw kafkaError('POLICY_VIOLATION', 'The cleanup policy of the topic does not delete records.')
}

function failed({ partitionIndex }: Wanted, errorCode: number) {
  return { partitionIndex, lowWatermark: UNKNOWN, errorCode }
}
