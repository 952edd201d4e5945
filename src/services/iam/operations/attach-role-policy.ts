import type { IamOperation } from '../contract.ts'
import { limitExceeded } from '../identity.ts'
import { iamLimits } from '../limits.ts'
import { isAwsManaged } from './wire-policy.ts'

/** AWS's own policies are taken by their ARN: their text is not kept here. */
export const attachRolePolicy: IamOperation<'AttachRolePolicy'> = {
  name: 'AttachRolePolicy',
  async run({ roles, policies }, { RoleName, PolicyArn }, context) {
    if (!isAwsManaged(PolicyArn)) await policies.get(context, PolicyArn)
    await roles.update(context, RoleName, (role) => {
      const attachedPolicies = [...new Set([...role.attachedPolicies, PolicyArn])]
      if (attachedPolicies.length > iamLimits.attachedPoliciesMax) {
        throw limitExceeded(
          `Cannot exceed quota for PoliciesPerRole: ${iamLimits.attachedPoliciesMax}`,
        )
      }
      return { ...role, attachedPolicies }
    })
    return {}
  },
}
