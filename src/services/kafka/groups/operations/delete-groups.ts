import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { GroupOperationDeps } from '../contract.ts'
import { answerOr, isGroupId } from './wire-group.ts'

export const deleteGroups: KafkaOperation<GroupOperationDeps, 'deleteGroups'> = {
  name: 'deleteGroups',
  async run(deps, request, context) {
    const groupIds = [...new Set(request.groupsNames)]
    const results = groupIds.map(async (groupId) => ({
      groupId,
      errorCode: kafkaErrorCode(await deleteOne(deps, groupId, context)),
    }))
    return { results: await Promise.all(results) }
  },
}

async function deleteOne(
  { groups, authorizer }: GroupOperationDeps,
  groupId: string,
  context: KafkaContext,
): Promise<KafkaErrorName> {
  const { connection } = context
  if (!authorizer.allows(connection, 'delete', { type: 'group', name: groupId })) {
    return 'GROUP_AUTHORIZATION_FAILED'
  }
  if (!isGroupId(groupId)) return 'GROUP_ID_NOT_FOUND'
  const deleted = groups.retirement.deleteGroup(connection, groupId)
  return answerOr(context, deleted, 'COORDINATOR_NOT_AVAILABLE')
}
