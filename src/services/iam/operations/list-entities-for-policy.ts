import type { IamOperation } from '../contract.ts'
import { attachedRoles, isAwsManaged } from './wire-policy.ts'

/** Roles only: there are no users and groups here. */
export const listEntitiesForPolicy: IamOperation<'ListEntitiesForPolicy'> = {
  name: 'ListEntitiesForPolicy',
  refuses: ['EntityFilter', 'PathPrefix', 'PolicyUsageFilter'],
  async run({ policies, roles }, { PolicyArn }, context) {
    if (!isAwsManaged(PolicyArn)) await policies.get(context, PolicyArn)
    const found = await attachedRoles(roles, context, PolicyArn)
    return {
      PolicyGroups: [],
      PolicyUsers: [],
      PolicyRoles: found.map((role) => ({ RoleName: role.name, RoleId: role.id })),
      IsTruncated: false,
    }
  },
}
