import type { IamOperation } from '../contract.ts'
import { wireVersion } from './wire-policy.ts'

export const listPolicyVersions: IamOperation<'ListPolicyVersions'> = {
  name: 'ListPolicyVersions',
  async run({ policies }, { PolicyArn }, context) {
    const policy = await policies.get(context, PolicyArn)
    const newestFirst = policy.versions.map(({ id }) => wireVersion(policy, id)).reverse()
    return {
      Versions: newestFirst.map(({ Document: _, ...version }) => version),
      IsTruncated: false,
    }
  },
}
