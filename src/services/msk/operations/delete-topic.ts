import type { MskOperation } from '../contract.ts'
import { topicArn } from '../msk-arns.ts'
import { asMsk, clusterOfTopics, findTopic } from './wire-topic.ts'

export const deleteTopic: MskOperation<'DeleteTopic'> = {
  name: 'DeleteTopic',
  async run(deps, { ClusterArn, TopicName }, scope) {
    const cluster = await clusterOfTopics(deps, scope, ClusterArn)
    const topic = await findTopic(deps, scope, TopicName)
    await asMsk(() => deps.kafka.admin.remove(scope, topic))
    return {
      TopicArn: topicArn(scope, cluster, TopicName),
      TopicName,
      Status: 'DELETING' as const,
    }
  },
}
