import type { ServerlessRequest } from '@aws-sdk/client-kafka'
import type { Scope } from '../../../base/scope.ts'
import type { Cluster } from '../cluster.ts'
import type { MskDeps, MskOperation } from '../contract.ts'
import { mskLimits } from '../limits.ts'
import { clusterArn } from '../msk-arns.ts'
import { badRequest } from '../msk-errors.ts'
import { withTags } from '../tags.ts'
import { serverlessAccess } from './wire-access.ts'
import { writeState } from './wire-cluster.ts'
import { createProvisioned, openEntrance } from './wire-provisioned.ts'

export const createClusterV2: MskOperation<'CreateClusterV2'> = {
  name: 'CreateClusterV2',
  async run(deps, { ClusterName: name, Tags: tags, Provisioned, Serverless }, scope) {
    if ((Provisioned === undefined) === (Serverless === undefined)) {
      throw badRequest('Either Provisioned or Serverless must be given.', 'provisioned')
    }
    const cluster = Provisioned
      ? await createProvisioned(deps, scope, { name, tags }, Provisioned)
      : await createServerless(deps, scope, { name, tags }, Serverless)
    return {
      ClusterArn: clusterArn(scope, cluster),
      ClusterName: cluster.name,
      State: writeState(deps.entrance),
      ClusterType: Provisioned ? ('PROVISIONED' as const) : ('SERVERLESS' as const),
    }
  },
}

async function createServerless(
  deps: MskDeps,
  scope: Scope,
  { name, tags = {} }: { readonly name: string; readonly tags: Record<string, string> | undefined },
  request: ServerlessRequest | undefined,
): Promise<Cluster> {
  const { VpcConfigs = [], ClientAuthentication } = request ?? {}
  if (VpcConfigs.length === 0 || VpcConfigs.length > mskLimits.serverlessVpcsMax) {
    throw badRequest(
      `A serverless cluster is in 1 to ${mskLimits.serverlessVpcsMax} networks.`,
      'vpcConfigs',
    )
  }
  if (ClientAuthentication?.Sasl?.Iam?.Enabled !== true) {
    throw badRequest('A serverless cluster needs IAM authentication.', 'clientAuthentication')
  }
  const checked = withTags({}, tags)
  const address = await openEntrance(deps)
  return deps.clusters.create(scope, {
    name,
    tags: checked,
    access: serverlessAccess(address),
    kind: {
      type: 'serverless',
      networks: VpcConfigs.map(({ SubnetIds = [], SecurityGroupIds = [] }) => ({
        subnets: SubnetIds,
        securityGroups: SecurityGroupIds,
      })),
    },
  })
}
