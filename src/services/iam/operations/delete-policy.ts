import type { IamOperation } from '../contract.ts'
import { deleteConflict } from '../identity.ts'
import { attachedRoles } from './wire-policy.ts'

export const deletePolicy: IamOperation<'DeletePolicy'> = {
  name: 'DeletePolicy',
  async run({ policies, roles }, { PolicyArn }, context) {
    const { versions } = await policies.get(context, PolicyArn)
    if ((await attachedRoles(roles, context, PolicyArn)).length > 0) {
      throw deleteConflict('Cannot delete a policy attached to entities.')
    }
    if (versions.length > 1) {
      throw deleteConflict(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
      )
    }
    await policies.remove(context, PolicyArn)
    return {}
  },
}
