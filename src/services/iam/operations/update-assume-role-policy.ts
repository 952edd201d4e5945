import type { IamOperation } from '../contract.ts'
import { checkDocument } from '../identity.ts'
import { iamLimits } from '../limits.ts'

export const updateAssumeRolePolicy: IamOperation<'UpdateAssumeRolePolicy'> = {
  name: 'UpdateAssumeRolePolicy',
  async run({ roles }, { RoleName, PolicyDocument }, context) {
    const trustPolicy = checkDocument(PolicyDocument, iamLimits.trustPolicyCharactersMax)
    await roles.update(context, RoleName, (role) => ({ ...role, trustPolicy }))
    return {}
  },
}
