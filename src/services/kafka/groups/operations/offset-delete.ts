import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { GroupOperationDeps } from '../contract.ts'
import { answerOr, byTopic, isGroupId } from './wire-group.ts'

export const offsetDelete: KafkaOperation<GroupOperationDeps, 'offsetDelete'> = {
  name: 'offsetDelete',
  async run(deps, request, context) {
    const { groups, authorizer } = deps
    const { connection } = context
    const { groupId } = request
    if (!authorizer.allows(connection, 'delete', { type: 'group', name: groupId })) {
      return { errorCode: kafkaErrorCode('GROUP_AUTHORIZATION_FAILED'), topics: [] }
    }
    if (!isGroupId(groupId)) return { errorCode: kafkaErrorCode('INVALID_GROUP_ID'), topics: [] }
    const checked = request.topics.map(async ({ name, partitions }) => {
      const errorOf = await topicErrors(deps, name, context)
      return partitions.map(({ partitionIndex: partition }) => {
        return { topic: name, partition, error: errorOf(partition) }
      })
    })
    const asked = (await Promise.all(checked)).flat()
    const wanted = asked.filter(({ error }) => error === 'NONE')
    const removed = groups.offsets.remove(connection, groupId, wanted)
    const errors = await answerOr(context, removed, 'COORDINATOR_NOT_AVAILABLE')
    if (typeof errors === 'string') return { errorCode: kafkaErrorCode(errors), topics: [] }
    const answers = new Map(wanted.map((one, index) => [one, errors[index] ?? 'NONE']))
    const topics = byTopic(asked, (one) => ({
      partitionIndex: one.partition,
      errorCode: kafkaErrorCode(answers.get(one) ?? one.error),
    }))
    return { errorCode: kafkaErrorCode('NONE'), topics }
  },
}

async function topicErrors(
  { authorizer, topics }: GroupOperationDeps,
  name: string,
  { connection }: KafkaContext,
): Promise<(partition: number) => KafkaErrorName> {
  if (!authorizer.allows(connection, 'read', { type: 'topic', name })) {
    return () => 'TOPIC_AUTHORIZATION_FAILED'
  }
  const count = (await topics.find(connection, name))?.partitionCount ?? 0
  return (at) => (at >= 0 && at < count ? 'NONE' : 'UNKNOWN_TOPIC_OR_PARTITION')
}
