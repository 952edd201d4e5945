import type { MskOperation } from '../contract.ts'
import { topicArn } from '../msk-arns.ts'
import { pageOfAll } from '../pages.ts'
import { clusterOfTopics } from './wire-topic.ts'

export const listTopics: MskOperation<'ListTopics'> = {
  name: 'ListTopics',
  async run(deps, { ClusterArn, TopicNameFilter: prefix = '', ...page }, scope) {
    const cluster = await clusterOfTopics(deps, scope, ClusterArn)
    const all = await deps.kafka.topics.list(scope)
    const found = all.filter(({ name }) => name.startsWith(prefix))
    const { items, next } = pageOfAll(page, found, ({ name }) => name)
    return {
      Topics: items.map(({ name, partitionCount }) => ({
        TopicArn: topicArn(scope, cluster, name),
        TopicName: name,
        ReplicationFactor: 1,
        PartitionCount: partitionCount,
        OutOfSyncReplicaCount: 0,
      })),
      ...next,
    }
  },
}
