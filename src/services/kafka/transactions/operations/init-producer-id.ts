import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext } from '../../../../wire/kafka/operation.ts'
import { TIMEOUT_MS_MAX } from '../limits.ts'
import type { Producer } from '../transaction.ts'
import type { TransactionDeps, TransactionOperation } from './transaction-deps.ts'
import { codeOf, idRefusal, NO_ERROR } from './wire-refusal.ts'

const ABSENT = -1
const FENCED_SINCE = 4

export const initProducerId: TransactionOperation<'initProducerId'> = {
  name: 'initProducerId',
  async run(deps, request, context) {
    const { transactionalId } = request
    if (transactionalId === null) return responseOf(await newProducer(deps, context), context)
    const error = idRefusal(deps, context, transactionalId) ?? refusalOf(request)
    if (error) return responseOf(error, context)
    const { producerId, producerEpoch, transactionTimeoutMs } = request
    const answer = await deps.transactions.coordinator.init(context.connection, {
      transactionalId,
      timeoutMs: transactionTimeoutMs,
      ...(producerId !== ABSENT && { held: { producerId, producerEpoch } }),
    })
    return responseOf(answer, context)
  },
}

/** Without transactions nothing is kept but that the id is taken; what the producer held is no matter. */
async function newProducer(
  { authorizer, transactions }: TransactionDeps,
  { connection }: KafkaContext,
): Promise<Producer | KafkaErrorName> {
  const cluster = { type: 'cluster', name: 'kafka-cluster' } as const
  const isAllowed = authorizer.allows(connection, 'idempotent-write', cluster)
  return isAllowed ? transactions.coordinator.newProducer() : 'CLUSTER_AUTHORIZATION_FAILED'
}

function refusalOf(request: {
  readonly transactionTimeoutMs: number
  readonly producerId: number
  readonly producerEpoch: number
}): KafkaErrorName | undefined {
  const { transactionTimeoutMs, producerId, producerEpoch } = request
  if ((producerId === ABSENT) !== (producerEpoch === ABSENT)) return 'INVALID_REQUEST'
  const isTime = transactionTimeoutMs > 0 && transactionTimeoutMs <= TIMEOUT_MS_MAX
  return isTime ? undefined : 'INVALID_TRANSACTION_TIMEOUT'
}

function responseOf(answer: Producer | KafkaErrorName, context: KafkaContext) {
  if (typeof answer !== 'string') return { errorCode: NO_ERROR, ...answer }
  return {
    errorCode: codeOf(answer, context, FENCED_SINCE),
    producerId: ABSENT,
    producerEpoch: ABSENT,
  }
}
