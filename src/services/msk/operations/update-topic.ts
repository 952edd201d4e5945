import type { MskOperation } from '../contract.ts'
import { topicArn } from '../msk-arns.ts'
import { badRequest } from '../msk-errors.ts'
import { asMsk, clusterOfTopics, findTopic, readConfigs, writeStatus } from './wire-topic.ts'

export const updateTopic: MskOperation<'UpdateTopic'> = {
  name: 'UpdateTopic',
  async run(deps, { ClusterArn, TopicName, Configs, PartitionCount }, scope) {
    const cluster = await clusterOfTopics(deps, scope, ClusterArn)
    const topic = await findTopic(deps, scope, TopicName)
    if (Configs === undefined && PartitionCount === undefined) {
      throw badRequest('Either Configs or PartitionCount must be given.', 'configs')
    }
    const { admin } = deps.kafka
    const configs = readConfigs(Configs)
    const change = (values: Readonly<Record<string, string>>) => ({ ...values, ...configs })
    await asMsk(async () => {
      // Both are looked at before either is done.
      if (Configs !== undefined) await admin.configure(scope, topic, change, true)
      if (PartitionCount !== undefined) await admin.grow(scope, topic, PartitionCount, false)
      if (Configs !== undefined) await admin.configure(scope, topic, change, false)
    })
    const after = await findTopic(deps, scope, TopicName)
    return {
      TopicArn: topicArn(scope, cluster, TopicName),
      TopicName,
      Status: writeStatus(after),
    }
  },
}
