import type { TransactionOperation } from './transaction-deps.ts'
import { codeOf, idRefusal } from './wire-refusal.ts'

export const endTxn: TransactionOperation<'endTxn'> = {
  name: 'endTxn',
  async run(deps, request, context) {
    const { transactionalId, producerId, producerEpoch, committed } = request
    const error = idRefusal(deps, context, transactionalId)
    if (error) return { errorCode: codeOf(error, context) }
    const producer = { producerId, producerEpoch }
    const { coordinator } = deps.transactions
    const answer = await coordinator.end(context.connection, transactionalId, producer, committed)
    return { errorCode: codeOf(answer, context) }
  },
}
