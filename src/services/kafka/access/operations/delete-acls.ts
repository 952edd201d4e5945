import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { accessLimits } from '../limits.ts'
import type { AccessOperationDeps } from './access-deps.ts'
import {
  CLUSTER_DENIED,
  invalidRequest,
  mayWithCluster,
  NO_ERROR,
  policyViolation,
} from './access-deps.ts'
import { readAclFilter, writeAcl } from './wire-acl.ts'

export const deleteAcls: KafkaOperation<AccessOperationDeps, 'deleteAcls'> = {
  name: 'deleteAcls',
  async run(deps, { filters }, context) {
    const all = (result: { errorCode: number; errorMessage: string | null }) => ({
      filterResults: filters.map(() => ({ ...result, matchingAcls: [] })),
    })
    if (!mayWithCluster(deps, context, 'alter')) return all(CLUSTER_DENIED)
    if (filters.length > accessLimits.rulesPerRequestMax) {
      return all(
        policyViolation(`A request has at most ${accessLimits.rulesPerRequestMax} filters.`),
      )
    }
    const filterResults = []
    for (const wire of filters) {
      const filter = readAclFilter(wire)
      if (typeof filter === 'string') {
        filterResults.push({ ...invalidRequest(filter), matchingAcls: [] })
        continue
      }
      const removed = await deps.acls.remove(context.connection, filter)
      const matchingAcls = removed.map((acl) => ({ ...NO_ERROR, ...writeAcl(acl) }))
      filterResults.push({ ...NO_ERROR, matchingAcls })
    }
    return { filterResults }
  },
}
