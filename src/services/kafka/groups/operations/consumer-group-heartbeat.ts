import type { KafkaRequest, KafkaResponse } from '../../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { assignmentOf } from '../consumer/assignment.ts'
import type { Refusal } from '../consumer/consumer-group.ts'
import { LEFT, LEFT_FOR_A_WHILE } from '../consumer/consumer-group.ts'
import type { ConsumerHeartbeat, HeartbeatAnswer } from '../consumer/heartbeat.ts'
import { assignors } from '../consumer/retarget.ts'
import type { GroupOperationDeps } from '../contract.ts'
import { CONSUMER_HEARTBEAT_MS, SUBSCRIBED_TOPICS_MAX } from '../limits.ts'
import { answerOr, clientHostOf, memberRefusal } from './wire-group.ts'

/** From this version on members make their ids themselves. */
const OWN_ID_VERSION = 1

export const consumerGroupHeartbeat: KafkaOperation<GroupOperationDeps, 'consumerGroupHeartbeat'> =
  {
    name: 'consumerGroupHeartbeat',
    async run(deps, request, context) {
      const refusal = refusalOf(deps, request, context)
      if (refusal) return toWire(refusal)
      const { coordinator } = deps.groups
      const { connection } = context
      const heartbeat = toHeartbeat(request, context, deps.random.uuid())
      const isLeaving = request.memberEpoch === LEFT || request.memberEpoch === LEFT_FOR_A_WHILE
      const sees = (name: string) =>
        deps.authorizer.allows(connection, 'describe', { type: 'topic', name })
      const answer = isLeaving
        ? coordinator.consumerLeave(connection, request.groupId, heartbeat)
        : coordinator.consumerHeartbeat(connection, request.groupId, heartbeat, sees)
      const unavailable = refuse('COORDINATOR_NOT_AVAILABLE', 'the group could not be stored')
      return toWire(await answerOr<HeartbeatAnswer | Refusal>(context, answer, unavailable))
    },
  }

function refusalOf(
  { authorizer }: GroupOperationDeps,
  request: KafkaRequest<'consumerGroupHeartbeat'>,
  context: KafkaContext,
): Refusal | undefined {
  const { connection } = context
  const error = memberRefusal(authorizer, connection, request.groupId)
  if (error === 'INVALID_GROUP_ID') return invalid('GroupId is empty or too long')
  if (error !== 'NONE') return refuse(error, 'the group may not be read')
  const fault = faultOf(request, context.apiVersion)
  if (fault !== undefined) return invalid(fault)
  const hidden = request.subscribedTopicNames?.find(
    (name) => !authorizer.allows(connection, 'describe', { type: 'topic', name }),
  )
  if (hidden !== undefined) {
    return refuse('TOPIC_AUTHORIZATION_FAILED', `the topic ${hidden} may not be described`)
  }
  const { serverAssignor } = request
  if (serverAssignor !== null && !assignors.has(serverAssignor)) {
    const names = [...assignors.keys()].join(', ')
    return refuse(
      'UNSUPPORTED_ASSIGNOR',
      `there is no assignor ${serverAssignor}; there are: ${names}`,
    )
  }
  return undefined
}

function faultOf(
  request: KafkaRequest<'consumerGroupHeartbeat'>,
  apiVersion: number,
): string | undefined {
  const { memberEpoch, memberId, instanceId, rackId } = request
  if (request.groupId.trim() === '') return 'GroupId is blank'
  if (memberEpoch < LEFT_FOR_A_WHILE) return 'MemberEpoch is below -2'
  if (memberId === '' && (apiVersion >= OWN_ID_VERSION || memberEpoch !== 0)) {
    return 'MemberId is empty'
  }
  if (instanceId?.trim() === '') return 'InstanceId is empty'
  if (rackId?.trim() === '') return 'RackId is empty'
  if (memberEpoch === LEFT_FOR_A_WHILE && instanceId === null) return 'InstanceId is null'
  if ((request.subscribedTopicNames?.length ?? 0) > SUBSCRIBED_TOPICS_MAX) {
    return `SubscribedTopicNames has more than ${SUBSCRIBED_TOPICS_MAX} names`
  }
  return memberEpoch === 0 ? joinFault(request) : undefined
}

/** Who joins says everything, and has nothing. */
function joinFault(request: KafkaRequest<'consumerGroupHeartbeat'>): string | undefined {
  if (request.rebalanceTimeoutMs === -1) return 'RebalanceTimeoutMs is needed to join'
  if (request.topicPartitions?.length !== 0) return 'TopicPartitions must be empty to join'
  if (request.subscribedTopicNames === null && request.subscribedTopicRegex === null) {
    return 'SubscribedTopicNames or SubscribedTopicRegex is needed to join'
  }
  return undefined
}

function toHeartbeat(
  request: KafkaRequest<'consumerGroupHeartbeat'>,
  context: KafkaContext,
  uuid: string,
): ConsumerHeartbeat {
  const { topicPartitions, rebalanceTimeoutMs } = request
  return {
    memberId: request.memberId || uuid,
    epoch: request.memberEpoch,
    instanceId: request.instanceId,
    clientId: context.clientId ?? '',
    clientHost: clientHostOf(context),
    connectionId: context.connection.id,
    rackId: request.rackId,
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? null : rebalanceTimeoutMs,
    topics: request.subscribedTopicNames,
    regex: request.subscribedTopicRegex,
    assignor: request.serverAssignor,
    owned:
      topicPartitions &&
      assignmentOf(topicPartitions.map(({ topicId, partitions }) => [topicId, partitions])),
  }
}

function toWire(answer: HeartbeatAnswer | Refusal): KafkaResponse<'consumerGroupHeartbeat'> {
  if (answer.error !== 'NONE' || !('epoch' in answer)) {
    return {
      errorCode: kafkaErrorCode(answer.error),
      errorMessage: 'message' in answer ? answer.message : null,
      memberEpoch: 0,
      heartbeatIntervalMs: 0,
    }
  }
  const { memberId, epoch, assignment } = answer
  return {
    errorCode: kafkaErrorCode('NONE'),
    memberId,
    memberEpoch: epoch,
    // Who has left has nothing to send any more.
    heartbeatIntervalMs: epoch < 0 ? 0 : CONSUMER_HEARTBEAT_MS,
    assignment: assignment && {
      topicPartitions: Object.entries(assignment).map(([topicId, partitions]) => ({
        topicId,
        partitions,
      })),
    },
  }
}

function invalid(message: string): Refusal {
  return refuse('INVALID_REQUEST', message)
}

function refuse(error: KafkaErrorName, message: string): Refusal {
  return { error, message }
}
