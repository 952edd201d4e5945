import type { KafkaRequest, KafkaResponse } from '../../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { JoinAnswer } from '../classic/classic-group.ts'
import { joinError } from '../classic/classic-group.ts'
import type { JoinRequest } from '../classic/join.ts'
import type { GroupOperationDeps } from '../contract.ts'
import {
  MEMBER_ID_PREFIX_CHARS_MAX,
  SESSION_TIMEOUT_MS_MAX,
  SESSION_TIMEOUT_MS_MIN,
} from '../limits.ts'
import { answerOr, clientHostOf, memberRefusal } from './wire-group.ts'

const OWN_REBALANCE_TIMEOUT_VERSION = 1
const KNOWN_ID_VERSION = 4
const NULL_PROTOCOL_VERSION = 7
const SKIP_ASSIGNMENT_VERSION = 9

export const joinGroup: KafkaOperation<GroupOperationDeps, 'joinGroup'> = {
  name: 'joinGroup',
  async run({ groups, authorizer, random }, request, context) {
    const { groupId, memberId } = request
    const refusal = memberRefusal(authorizer, context.connection, groupId)
    if (refusal !== 'NONE') return toWire(joinError(refusal, memberId), context)
    const fault = faultOf(request)
    if (fault !== 'NONE') return toWire(joinError(fault, memberId), context)
    const joined = groups.coordinator.join(
      context.connection,
      groupId,
      toRequest(request, context, random.uuid()),
    )
    const unavailable = joinError('COORDINATOR_NOT_AVAILABLE', memberId)
    return toWire(await answerOr(context, joined, unavailable), context)
  },
}

function faultOf({ sessionTimeoutMs }: KafkaRequest<'joinGroup'>): KafkaErrorName {
  const isInRange =
    sessionTimeoutMs >= SESSION_TIMEOUT_MS_MIN && sessionTimeoutMs <= SESSION_TIMEOUT_MS_MAX
  return isInRange ? 'NONE' : 'INVALID_SESSION_TIMEOUT'
}

function toRequest(
  request: KafkaRequest<'joinGroup'>,
  context: KafkaContext,
  uuid: string,
): JoinRequest {
  const { apiVersion } = context
  const clientId = context.clientId ?? ''
  const prefix = (request.groupInstanceId ?? clientId).slice(0, MEMBER_ID_PREFIX_CHARS_MAX)
  const hasOwnTimeout = apiVersion >= OWN_REBALANCE_TIMEOUT_VERSION
  return {
    memberId: request.memberId,
    newMemberId: `${prefix}-${uuid}`,
    instanceId: request.groupInstanceId,
    clientId,
    clientHost: clientHostOf(context),
    sessionTimeoutMs: request.sessionTimeoutMs,
    rebalanceTimeoutMs: hasOwnTimeout ? request.rebalanceTimeoutMs : request.sessionTimeoutMs,
    protocolType: request.protocolType,
    // They outlive the frame that they are views of.
    protocols: request.protocols.map(({ name, metadata }) => ({
      name,
      metadata: Buffer.from(metadata),
    })),
    needsKnownId: apiVersion >= KNOWN_ID_VERSION,
    knowsSkipAssignment: apiVersion >= SKIP_ASSIGNMENT_VERSION,
  }
}

function toWire(answer: JoinAnswer, { apiVersion }: KafkaContext): KafkaResponse<'joinGroup'> {
  const noName = apiVersion >= NULL_PROTOCOL_VERSION ? null : ''
  return {
    errorCode: kafkaErrorCode(answer.error),
    generationId: answer.generation,
    protocolType: answer.protocolType,
    protocolName: answer.protocolName ?? noName,
    leader: answer.leaderId,
    skipAssignment: answer.skipAssignment,
    memberId: answer.memberId,
    members: answer.members.map(({ memberId, instanceId, metadata }) => ({
      memberId,
      groupInstanceId: instanceId,
      metadata,
    })),
  }
}
