import type { IamOperation } from '../contract.ts'

export const listAttachedRolePolicies: IamOperation<'ListAttachedRolePolicies'> = {
  name: 'ListAttachedRolePolicies',
  refuses: ['PathPrefix'],
  async run({ roles }, { RoleName }, context) {
    const { attachedPolicies } = await roles.get(context, RoleName)
    return {
      AttachedPolicies: attachedPolicies.map((PolicyArn) => ({
        PolicyArn,
        PolicyName: PolicyArn.split('/').at(-1),
      })),
      IsTruncated: false,
    }
  },
}
