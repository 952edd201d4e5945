import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { GroupOperationDeps } from '../contract.ts'
import { answerOr, memberRefusal } from './wire-group.ts'

export const heartbeat: KafkaOperation<GroupOperationDeps, 'heartbeat'> = {
  name: 'heartbeat',
  async run({ groups, authorizer }, request, context) {
    const { groupId, memberId, groupInstanceId, generationId } = request
    const refusal = memberRefusal(authorizer, context.connection, groupId)
    if (refusal !== 'NONE') return { errorCode: kafkaErrorCode(refusal) }
    const claim = { memberId, instanceId: groupInstanceId, generation: generationId }
    const beat = groups.coordinator.heartbeat(context.connection, groupId, claim)
    return { errorCode: kafkaErrorCode(await answerOr(context, beat, 'COORDINATOR_NOT_AVAILABLE')) }
  },
}
