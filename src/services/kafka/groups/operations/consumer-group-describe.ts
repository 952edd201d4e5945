import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { Assignment } from '../consumer/assignment.ts'
import type { ConsumerGroup, ConsumerMember } from '../consumer/consumer-group.ts'
import { consumerState, targetOf } from '../consumer/consumer-group.ts'
import { assignorOf } from '../consumer/retarget.ts'
import type { GroupOperationDeps } from '../contract.ts'
import { authorizedOperations, isGroupId } from './wire-group.ts'

/** A member that speaks the protocol of KIP-848. */
const CONSUMER_MEMBER = 1

export const consumerGroupDescribe: KafkaOperation<GroupOperationDeps, 'consumerGroupDescribe'> = {
  name: 'consumerGroupDescribe',
  async run(deps, request, context) {
    const rows = request.groupIds.map(async (groupId) => ({
      ...(await describe(deps, groupId, context)),
      ...authorizedOperations(
        deps.authorizer,
        context.connection,
        groupId,
        request.includeAuthorizedOperations,
      ),
    }))
    return { groups: await Promise.all(rows) }
  },
}

async function describe(deps: GroupOperationDeps, groupId: string, { connection }: KafkaContext) {
  const { groups, authorizer, topics } = deps
  if (!authorizer.allows(connection, 'describe', { type: 'group', name: groupId })) {
    return nothing(groupId, 'GROUP_AUTHORIZATION_FAILED', null)
  }
  if (!isGroupId(groupId)) return nothing(groupId, 'INVALID_GROUP_ID', null)
  const group = await groups.coordinator.find(connection, groupId)
  if (group?.kind !== 'consumer') {
    return nothing(groupId, 'GROUP_ID_NOT_FOUND', `there is no consumer group ${groupId}`)
  }
  const names = new Map<string, string>()
  for (const id of topicIdsOf(group)) {
    const topic = await topics.findById(connection, id)
    if (topic) names.set(id, topic.name)
  }
  const hidden = [...names.values()].find(
    (name) => !authorizer.allows(connection, 'describe', { type: 'topic', name }),
  )
  if (hidden !== undefined) {
    const message = 'the group has partitions of topics that may not be described'
    return nothing(groupId, 'TOPIC_AUTHORIZATION_FAILED', message)
  }
  return {
    errorCode: kafkaErrorCode('NONE'),
    groupId,
    groupState: consumerState(group),
    groupEpoch: group.epoch,
    assignmentEpoch: group.targetEpoch,
    assignorName: assignorOf(group),
    members: [...group.members.values()].map((member) => toWire(group, member, names)),
  }
}

function topicIdsOf(group: ConsumerGroup): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const { id, assigned } of group.members.values()) {
    for (const topicId of Object.keys(assigned)) ids.add(topicId)
    for (const topicId of Object.keys(targetOf(group, id))) ids.add(topicId)
  }
  return ids
}

function toWire(group: ConsumerGroup, member: ConsumerMember, names: ReadonlyMap<string, string>) {
  return {
    memberId: member.id,
    instanceId: member.instanceId,
    rackId: member.rackId,
    memberEpoch: member.epoch,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: member.topics,
    subscribedTopicRegex: member.regex ?? '',
    assignment: partitionsOf(member.assigned, names),
    targetAssignment: partitionsOf(targetOf(group, member.id), names),
    memberType: CONSUMER_MEMBER,
  }
}

/** Without topics that are gone by now. */
function partitionsOf(assignment: Assignment, names: ReadonlyMap<string, string>) {
  const topicPartitions = Object.entries(assignment).flatMap(([topicId, partitions]) => {
    const topicName = names.get(topicId)
    return topicName === undefined ? [] : [{ topicId, topicName, partitions }]
  })
  return { topicPartitions }
}

function nothing(groupId: string, error: KafkaErrorName, errorMessage: string | null) {
  return {
    errorCode: kafkaErrorCode(error),
    errorMessage,
    groupId,
    groupState: '',
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: '',
    members: [],
  }
}
