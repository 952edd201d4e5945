import { EngineError } from '../../../../base/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { Topic } from '../../parts.ts'
import { permissionsOf } from '../permissions.ts'
import type { TopicsDeps } from '../topics-deps.ts'

/** The one directory of records. How large its volume is, is not known here: -1, the default. */
export const describeLogDirs: KafkaOperation<TopicsDeps, 'describeLogDirs'> = {
  name: 'describeLogDirs',
  async run(deps, { topics: wanted }, { connection }) {
    const { topics, broker, authorizer } = deps
    const may = permissionsOf(authorizer, connection)
    if (!may.withCluster('describe')) {
      return { errorCode: kafkaErrorCode('CLUSTER_AUTHORIZATION_FAILED'), results: [] }
    }
    const found: { topic: Topic; numbers: ReadonlyArray<number> }[] = []
    if (wanted === null) {
      for (const topic of await topics.list(connection)) {
        found.push({ topic, numbers: Array.from({ length: topic.partitionCount }, (_, n) => n) })
      }
    } else {
      for (const { topic: name, partitions } of wanted) {
        const topic = await topics.find(connection, name)
        if (topic) found.push({ topic, numbers: partitions })
      }
    }
    const described = []
    for (const { topic, numbers } of found) described.push(await describe(deps, topic, numbers))
    const directory = { errorCode: 0, logDir: broker.logDirectory, topics: described }
    return { errorCode: 0, results: [directory] }
  },
}

async function describe({ log }: TopicsDeps, topic: Topic, numbers: ReadonlyArray<number>) {
  const partitions = []
  for (const partitionIndex of numbers) {
    const id = topic.partition(partitionIndex)
    if (!id) continue
    try {
      const { sizeBytes: partitionSize } = await log.bounds(id)
      partitions.push({ partitionIndex, partitionSize, offsetLag: 0, isFutureKey: false })
    } catch (error) {
      // It was deleted meanwhile.
      if (!(error instanceof EngineError && error.kind === 'not-found')) throw error
    }
  }
  return { name: topic.name, partitions }
}
