import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { ClassicGroup } from '../classic/classic-group.ts'
import { metadataOf, NO_BYTES } from '../classic/classic-group.ts'
import type { GroupOperationDeps } from '../contract.ts'
import { authorizedOperations, isGroupId } from './wire-group.ts'

/** From this version on a group that is not there is an error; before, it is dead. */
const NOT_FOUND_VERSION = 6

/** Groups of the classic protocol; those of KIP-848 are as good as not there. */
export const describeGroups: KafkaOperation<GroupOperationDeps, 'describeGroups'> = {
  name: 'describeGroups',
  async run(deps, request, context) {
    const rows = request.groups.map(async (groupId) => ({
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

async function describe(
  { groups, authorizer }: GroupOperationDeps,
  groupId: string,
  { connection, apiVersion }: KafkaContext,
) {
  if (!authorizer.allows(connection, 'describe', { type: 'group', name: groupId })) {
    return nothing(groupId, 'GROUP_AUTHORIZATION_FAILED')
  }
  const group = isGroupId(groupId) ? await groups.coordinator.find(connection, groupId) : undefined
  if (group?.kind === 'classic') return describeClassic(group)
  const isError = apiVersion >= NOT_FOUND_VERSION
  return {
    ...nothing(groupId, isError ? 'GROUP_ID_NOT_FOUND' : 'NONE'),
    groupState: 'Dead',
    ...(isError && { errorMessage: `there is no classic group ${groupId}` }),
  }
}

/** What members brought is told of a stable group only: else it is about to change. */
function describeClassic(group: ClassicGroup) {
  const isStable = group.state === 'Stable'
  return {
    errorCode: kafkaErrorCode('NONE'),
    groupId: group.groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocolName ?? '') : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.id,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: isStable ? metadataOf(member, group.protocolName) : NO_BYTES,
      memberAssignment: member.assignment,
    })),
  }
}

function nothing(groupId: string, error: KafkaErrorName) {
  return {
    errorCode: kafkaErrorCode(error),
    groupId,
    groupState: '',
    protocolType: '',
    protocolData: '',
    members: [],
  }
}
