import type { MskOperation } from '../contract.ts'
import { parseClusterArn } from '../msk-arns.ts'
import { provisionedOf } from './wire-cluster.ts'
import { leaveOut } from './wire-secrets.ts'

export const batchAssociateScramSecret: MskOperation<'BatchAssociateScramSecret'> = {
  name: 'BatchAssociateScramSecret',
  async run({ clusters }, { ClusterArn, SecretArnList }, scope) {
    provisionedOf(await clusters.get(scope, parseClusterArn(scope, ClusterArn)))
    return { ClusterArn, UnprocessedScramSecrets: leaveOut(SecretArnList) }
  },
}
