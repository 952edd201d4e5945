import type { Authorizer } from '../parts.ts'
import { CLUSTER_NAME } from './acl.ts'
import type { Acls } from './acls.ts'

// AWS: access control lists do not hold for who came by IAM (MSK Developer Guide, Apache Kafka ACLs).
const IAM_PRINCIPAL = 'User:arn:'

/** The authorizer over the access control lists of the account and region of a connection. */
export function createAuthorizer(acls: Pick<Acls, 'rules'>): Authorizer {
  return {
    allows(connection, operation, resource) {
      if (connection.principal.startsWith(IAM_PRINCIPAL)) return true
      const rules = acls.rules(connection)
      // Every connection holds its rules for as long as it lives; without them nothing is known.
      if (!rules) return false
      if (rules.allows(connection, operation, resource)) return true
      const isIdempotentWrite = operation === 'idempotent-write' && resource.name === CLUSTER_NAME
      return isIdempotentWrite && rules.allowsSome(connection, 'write', 'topic')
    },
  }
}
