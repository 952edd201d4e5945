import type { IamOperation } from '../contract.ts'
import { checkDocument } from '../identity.ts'
import { iamLimits } from '../limits.ts'

export const putRolePolicy: IamOperation<'PutRolePolicy'> = {
  name: 'PutRolePolicy',
  async run({ roles }, { RoleName, PolicyName, PolicyDocument }, context) {
    const document = checkDocument(PolicyDocument, iamLimits.inlinePolicyCharactersMax)
    await roles.update(context, RoleName, (role) => ({
      ...role,
      inlinePolicies: { ...role.inlinePolicies, [PolicyName]: document },
    }))
    return {}
  },
}
