import type { BoundKafkaOperation } from '../../../wire/kafka/operation.ts'
import { bindKafkaOperation } from '../bind-operation.ts'
import type { AccessOperationDeps } from './operations/access-deps.ts'
import { alterClientQuotas } from './operations/alter-client-quotas.ts'
import { alterUserScramCredentials } from './operations/alter-user-scram-credentials.ts'
import { createAcls } from './operations/create-acls.ts'
import { deleteAcls } from './operations/delete-acls.ts'
import { describeAcls } from './operations/describe-acls.ts'
import { describeClientQuotas } from './operations/describe-client-quotas.ts'
import { describeUserScramCredentials } from './operations/describe-user-scram-credentials.ts'

/** The operations of who may use the broker, and how fast. */
export function bindAccessOperations(
  deps: AccessOperationDeps,
): ReadonlyArray<BoundKafkaOperation> {
  return [
    bindKafkaOperation(deps, alterClientQuotas),
    bindKafkaOperation(deps, alterUserScramCredentials),
    bindKafkaOperation(deps, createAcls),
    bindKafkaOperation(deps, deleteAcls),
    bindKafkaOperation(deps, describeAcls),
    bindKafkaOperation(deps, describeClientQuotas),
    bindKafkaOperation(deps, describeUserScramCredentials),
  ]
}
