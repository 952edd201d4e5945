import type { TransactionOperation } from './transaction-deps.ts'
import { codeOf, idRefusal } from './wire-refusal.ts'

export const addOffsetsToTxn: TransactionOperation<'addOffsetsToTxn'> = {
  name: 'addOffsetsToTxn',
  async run(deps, request, context) {
    const { transactionalId, groupId, producerId, producerEpoch } = request
    const { connection } = context
    const error = idRefusal(deps, context, transactionalId)
    if (error) return { errorCode: codeOf(error, context) }
    if (!deps.authorizer.allows(connection, 'read', { type: 'group', name: groupId })) {
      return { errorCode: codeOf('GROUP_AUTHORIZATION_FAILED', context) }
    }
    const producer = { producerId, producerEpoch }
    const added = { groups: [groupId] }
    const { coordinator } = deps.transactions
    const answer = await coordinator.add(connection, transactionalId, producer, added)
    return { errorCode: codeOf(answer, context) }
  },
}
