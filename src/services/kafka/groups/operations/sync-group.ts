import type { KafkaRequest, KafkaResponse } from '../../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { SyncAnswer } from '../classic/classic-group.ts'
import { syncError } from '../classic/classic-group.ts'
import type { GroupOperationDeps } from '../contract.ts'
import { answerOr, memberRefusal } from './wire-group.ts'

/** From this version on a client says which protocol it believes was chosen (KIP-559). */
const PROTOCOL_VERSION = 5

export const syncGroup: KafkaOperation<GroupOperationDeps, 'syncGroup'> = {
  name: 'syncGroup',
  async run({ groups, authorizer }, request, context) {
    const refusal = refusalOf(
      request,
      context,
      memberRefusal(authorizer, context.connection, request.groupId),
    )
    if (refusal !== 'NONE') return toWire(syncError(refusal))
    const synced = groups.coordinator.sync(context.connection, request.groupId, {
      memberId: request.memberId,
      instanceId: request.groupInstanceId,
      generation: request.generationId,
      protocolType: request.protocolType,
      protocolName: request.protocolName,
      // They outlive the frame that they are views of.
      assignments: new Map(
        request.assignments.map(({ memberId, assignment }) => [memberId, Buffer.from(assignment)]),
      ),
    })
    return toWire(await answerOr(context, synced, syncError('COORDINATOR_NOT_AVAILABLE')))
  },
}

function refusalOf(
  { protocolType, protocolName }: KafkaRequest<'syncGroup'>,
  { apiVersion }: KafkaContext,
  refusal: KafkaErrorName,
): KafkaErrorName {
  if (refusal === 'GROUP_AUTHORIZATION_FAILED') return refusal
  const lacksProtocol = protocolType === null || protocolName === null
  return apiVersion >= PROTOCOL_VERSION && lacksProtocol ? 'INCONSISTENT_GROUP_PROTOCOL' : refusal
}

function toWire(answer: SyncAnswer): KafkaResponse<'syncGroup'> {
  const { error, protocolType, protocolName, assignment } = answer
  return { errorCode: kafkaErrorCode(error), protocolType, protocolName, assignment }
}
