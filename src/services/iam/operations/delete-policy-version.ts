import type { IamOperation } from '../contract.ts'
import { deleteConflict } from '../identity.ts'
import { wireVersion } from './wire-policy.ts'

export const deletePolicyVersion: IamOperation<'DeletePolicyVersion'> = {
  name: 'DeletePolicyVersion',
  async run({ policies }, { PolicyArn, VersionId }, context) {
    await policies.update(context, PolicyArn, (policy) => {
      wireVersion(policy, VersionId)
      if (policy.defaultVersionId === VersionId) {
        throw deleteConflict('Cannot delete the default version of a policy.')
      }
      return { ...policy, versions: policy.versions.filter(({ id }) => id !== VersionId) }
    })
    return {}
  },
}
