import type { MskOperation } from '../contract.ts'
import { parseClusterArn } from '../msk-arns.ts'
import { provisionedOf } from './wire-cluster.ts'

/** Users of SCRAM are made by Kafka's protocol, without secrets: no cluster has one. */
export const listScramSecrets: MskOperation<'ListScramSecrets'> = {
  name: 'ListScramSecrets',
  async run({ clusters }, { ClusterArn }, scope) {
    provisionedOf(await clusters.get(scope, parseClusterArn(scope, ClusterArn)))
    return { SecretArnList: [] }
  },
}
