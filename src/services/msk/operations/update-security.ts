import type { MskOperation } from '../contract.ts'
import { operationArn, parseClusterArn } from '../msk-arns.ts'
import { badRequest } from '../msk-errors.ts'
import { readAccess } from './wire-access.ts'
import { provisionedOf } from './wire-cluster.ts'
import { openEntrance } from './wire-provisioned.ts'

/** Holds for clients that come from now on; those that are in stay. */
export const updateSecurity: MskOperation<'UpdateSecurity'> = {
  name: 'UpdateSecurity',
  async run(deps, input, scope) {
    const { ClusterArn, CurrentVersion, ClientAuthentication, EncryptionInfo } = input
    const key = parseClusterArn(scope, ClusterArn)
    const before = await deps.clusters.get(scope, key)
    provisionedOf(before)
    if (!ClientAuthentication && !EncryptionInfo) {
      throw badRequest('Nothing to change was given.', 'clientAuthentication')
    }
    const address = await openEntrance(deps)
    const startedMs = deps.clock.wallMs()
    const after = await deps.clusters.change(scope, key, CurrentVersion, (cluster) => ({
      ...cluster,
      access: readAccess(input, cluster.access, address),
    }))
    const { id } = await deps.history.note(scope, key, {
      type: 'UPDATE_SECURITY',
      startedMs,
      source: { access: before.access },
      target: { access: after.access },
    })
    return { ClusterArn, ClusterOperationArn: operationArn(scope, key, id) }
  },
}
