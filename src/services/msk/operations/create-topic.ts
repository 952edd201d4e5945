import type { MskOperation } from '../contract.ts'
import { topicArn } from '../msk-arns.ts'
import { unsupported } from '../msk-errors.ts'
import { asMsk, clusterOfTopics, findTopic, readConfigs, writeStatus } from './wire-topic.ts'

export const createTopic: MskOperation<'CreateTopic'> = {
  name: 'CreateTopic',
  async run(deps, input, scope) {
    const { ClusterArn, TopicName: name, PartitionCount, ReplicationFactor, Configs } = input
    const cluster = await clusterOfTopics(deps, scope, ClusterArn)
    if (ReplicationFactor !== 1) {
      throw unsupported(
        `ReplicationFactor ${ReplicationFactor} with one broker`,
        'replicationFactor',
      )
    }
    const configs = readConfigs(Configs)
    const request = { name, partitionCount: PartitionCount, configs }
    await asMsk(() => deps.kafka.admin.create(scope, request, false))
    const topic = await findTopic(deps, scope, name)
    return {
      TopicArn: topicArn(scope, cluster, name),
      TopicName: name,
      Status: writeStatus(topic),
    }
  },
}
