import type { MskOperation } from '../contract.ts'
import { pageOfAll } from '../pages.ts'
import { clusterOfTopics, findTopic } from './wire-topic.ts'

export const describeTopicPartitions: MskOperation<'DescribeTopicPartitions'> = {
  name: 'DescribeTopicPartitions',
  async run(deps, { ClusterArn, TopicName, ...page }, scope) {
    await clusterOfTopics(deps, scope, ClusterArn)
    const { partitionCount } = await findTopic(deps, scope, TopicName)
    const numbers = Array.from({ length: partitionCount }, (_, number) => number)
    const { items, next } = pageOfAll(page, numbers, String)
    const { nodeId } = deps.kafka.broker
    return {
      Partitions: items.map((Partition) => ({
        Partition,
        Leader: nodeId,
        Replicas: [nodeId],
        Isr: [nodeId],
      })),
      ...next,
    }
  },
}
