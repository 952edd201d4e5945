import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext } from '../../../../wire/kafka/operation.ts'
import type { AclOperation } from '../../parts.ts'
import type { Access } from '../access.ts'
import { CLUSTER_NAME } from '../acl.ts'

/** What the operations of access work on. */
export type AccessOperationDeps = Pick<Access, 'users' | 'acls' | 'quotas' | 'authorizer'>

export const NO_ERROR = { errorCode: 0, errorMessage: null } as const

export const CLUSTER_DENIED = {
  errorCode: kafkaErrorCode('CLUSTER_AUTHORIZATION_FAILED'),
  errorMessage: 'Cluster authorization failed.',
} as const

/** Whether the caller may do this with the cluster as a whole. */
export function mayWithCluster(
  { authorizer }: AccessOperationDeps,
  { connection }: KafkaContext,
  operation: AclOperation,
): boolean {
  return authorizer.allows(connection, operation, { type: 'cluster', name: CLUSTER_NAME })
}

export function invalidRequest(errorMessage: string) {
  return { errorCode: kafkaErrorCode('INVALID_REQUEST'), errorMessage }
}

export function policyViolation(errorMessage: string) {
  return { errorCode: kafkaErrorCode('POLICY_VIOLATION'), errorMessage }
}
