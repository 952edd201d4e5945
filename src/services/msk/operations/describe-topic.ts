import type { MskOperation } from '../contract.ts'
import { topicArn } from '../msk-arns.ts'
import { clusterOfTopics, findTopic, writeConfigs, writeStatus } from './wire-topic.ts'

export const describeTopic: MskOperation<'DescribeTopic'> = {
  name: 'DescribeTopic',
  async run(deps, { ClusterArn, TopicName }, scope) {
    const cluster = await clusterOfTopics(deps, scope, ClusterArn)
    const topic = await findTopic(deps, scope, TopicName)
    return {
      TopicArn: topicArn(scope, cluster, topic.name),
      TopicName: topic.name,
      ReplicationFactor: 1,
      PartitionCount: topic.partitionCount,
      Configs: writeConfigs(topic),
      Status: writeStatus(topic),
    }
  },
}
