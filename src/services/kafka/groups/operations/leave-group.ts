import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { GroupOperationDeps } from '../contract.ts'
import { answerOr, memberRefusal } from './wire-group.ts'

/** From this version on several members leave at once (KIP-345). */
const BATCH_VERSION = 3

export const leaveGroup: KafkaOperation<GroupOperationDeps, 'leaveGroup'> = {
  name: 'leaveGroup',
  async run({ groups, authorizer }, request, context) {
    const { groupId } = request
    const refusal = memberRefusal(authorizer, context.connection, groupId)
    if (refusal !== 'NONE') return { errorCode: kafkaErrorCode(refusal), members: [] }
    const isBatch = context.apiVersion >= BATCH_VERSION
    const leaving = isBatch
      ? request.members.map(({ memberId, groupInstanceId }) => ({
          memberId,
          instanceId: groupInstanceId,
        }))
      : [{ memberId: request.memberId, instanceId: null }]
    const errors = await answerOr<ReadonlyArray<KafkaErrorName>>(
      context,
      groups.coordinator.leave(context.connection, groupId, leaving),
      leaving.map(() => 'COORDINATOR_NOT_AVAILABLE'),
    )
    const isUnavailable = errors[0] === 'COORDINATOR_NOT_AVAILABLE'
    const error = isBatch && !isUnavailable ? 'NONE' : (errors[0] ?? 'NONE')
    return {
      errorCode: kafkaErrorCode(error),
      members: leaving.map(({ memberId, instanceId }, index) => ({
        memberId,
        groupInstanceId: instanceId,
        errorCode: kafkaErrorCode(errors[index] ?? 'UNKNOWN_MEMBER_ID'),
      })),
    }
  },
}
