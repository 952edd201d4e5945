import type { IamOperation } from '../contract.ts'
import { noSuchEntity } from '../identity.ts'

export const getRolePolicy: IamOperation<'GetRolePolicy'> = {
  name: 'GetRolePolicy',
  async run({ roles }, { RoleName, PolicyName }, context) {
    const document = (await roles.get(context, RoleName)).inlinePolicies[PolicyName]
    if (document === undefined) {
      throw noSuchEntity(`The role policy with name ${PolicyName} cannot be found.`)
    }
    return { RoleName, PolicyName, PolicyDocument: encodeURIComponent(document) }
  },
}
