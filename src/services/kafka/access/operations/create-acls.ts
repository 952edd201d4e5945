import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { Acl } from '../acl.ts'
import { accessLimits } from '../limits.ts'
import type { AccessOperationDeps } from './access-deps.ts'
import {
  CLUSTER_DENIED,
  invalidRequest,
  mayWithCluster,
  NO_ERROR,
  policyViolation,
} from './access-deps.ts'
import { readAcl } from './wire-acl.ts'

export const createAcls: KafkaOperation<AccessOperationDeps, 'createAcls'> = {
  name: 'createAcls',
  async run(deps, { creations }, context) {
    const all = (result: { errorCode: number; errorMessage: string | null }) => ({
      results: creations.map(() => result),
    })
    if (!mayWithCluster(deps, context, 'alter')) return all(CLUSTER_DENIED)
    if (creations.length > accessLimits.rulesPerRequestMax) {
      return all(
        policyViolation(`A request makes at most ${accessLimits.rulesPerRequestMax} rules.`),
      )
    }
    const acls = creations.map(({ resourcePatternType, ...wire }) =>
      readAcl({ ...wire, patternType: resourcePatternType }),
    )
    const isAcl = (acl: Acl | string): acl is Acl => typeof acl !== 'string'
    const added = await deps.acls.add(context.connection, acls.filter(isAcl))
    const full = policyViolation(`An account has at most ${accessLimits.aclsMax} rules.`)
    return {
      results: acls.map((acl) => {
        if (!isAcl(acl)) return invalidRequest(acl)
        return added === 'full' ? full : NO_ERROR
      }),
    }
  },
}
