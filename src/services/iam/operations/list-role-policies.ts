import type { IamOperation } from '../contract.ts'

export const listRolePolicies: IamOperation<'ListRolePolicies'> = {
  name: 'ListRolePolicies',
  async run({ roles }, { RoleName }, context) {
    const { inlinePolicies } = await roles.get(context, RoleName)
    return { PolicyNames: Object.keys(inlinePolicies).sort(), IsTruncated: false }
  },
}
