import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { AccessOperationDeps } from './access-deps.ts'
import { CLUSTER_DENIED, invalidRequest, mayWithCluster, NO_ERROR } from './access-deps.ts'
import type { WireAcl } from './wire-acl.ts'
import { readAclFilter, writeAcl } from './wire-acl.ts'

export const describeAcls: KafkaOperation<AccessOperationDeps, 'describeAcls'> = {
  name: 'describeAcls',
  async run(deps, request, context) {
    if (!mayWithCluster(deps, context, 'describe')) return { ...CLUSTER_DENIED, resources: [] }
    const filter = readAclFilter(request)
    if (typeof filter === 'string') return { ...invalidRequest(filter), resources: [] }
    const byResource = new Map<string, WireAcl[]>()
    for (const acl of await deps.acls.find(context.connection, filter)) {
      const wire = writeAcl(acl)
      const key = `${wire.resourceType}/${wire.patternType}/${wire.resourceName}`
      byResource.set(key, [...(byResource.get(key) ?? []), wire])
    }
    const resources = [...byResource.values()].flatMap((acls) => {
      const [first] = acls
      if (!first) return []
      const { resourceType, resourceName, patternType } = first
      return [{ resourceType, resourceName, patternType, acls }]
    })
    return { ...NO_ERROR, resources }
  },
}
