import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { GroupOperationDeps } from '../contract.ts'

const GROUP = 0
const TRANSACTION = 1
/** First version that asks for several keys. */
const BATCH_VERSION = 4

/** This broker, for groups and transactions alike; share groups are not built. */
export const findCoordinator: KafkaOperation<GroupOperationDeps, 'findCoordinator'> = {
  name: 'findCoordinator',
  async run(deps, request, context) {
    const keys = context.apiVersion < BATCH_VERSION ? [request.key] : request.coordinatorKeys
    const coordinators = keys.map((key) => ({
      key,
      ...coordinatorOf(deps, request.keyType, key, context),
    }))
    const first = coordinatorOf(deps, request.keyType, keys[0] ?? '', context)
    return { ...first, coordinators }
  },
}

function coordinatorOf(
  { authorizer, nodeId }: GroupOperationDeps,
  keyType: number,
  key: string,
  { connection }: KafkaContext,
) {
  const allows = (type: 'group' | 'transactional-id') =>
    authorizer.allows(connection, 'describe', { type, name: key })
  if (keyType === GROUP) {
    if (!allows('group')) return refusal('GROUP_AUTHORIZATION_FAILED', null)
  } else if (keyType === TRANSACTION) {
    if (!allows('transactional-id')) return refusal('TRANSACTIONAL_ID_AUTHORIZATION_FAILED', null)
  } else {
    return refusal('INVALID_REQUEST', `coordinators of type ${keyType} are not built`)
  }
  const { host, port } = connection.advertised
  return { errorCode: kafkaErrorCode('NONE'), errorMessage: null, nodeId, host, port }
}

function refusal(error: KafkaErrorName, errorMessage: string | null) {
  return { errorCode: kafkaErrorCode(error), errorMessage, nodeId: -1, host: '', port: -1 }
}
