import type { IamOperation } from '../contract.ts'

/** Always none: instance profiles cannot be made here. Terraform asks before it deletes a role. */
export const listInstanceProfilesForRole: IamOperation<'ListInstanceProfilesForRole'> = {
  name: 'ListInstanceProfilesForRole',
  async run({ roles }, { RoleName }, context) {
    await roles.get(context, RoleName)
    return { InstanceProfiles: [], IsTruncated: false }
  },
}
