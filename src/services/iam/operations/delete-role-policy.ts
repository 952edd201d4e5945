import type { IamOperation } from '../contract.ts'
import { noSuchEntity } from '../identity.ts'
import { without } from './wire-tags.ts'

export const deleteRolePolicy: IamOperation<'DeleteRolePolicy'> = {
  name: 'DeleteRolePolicy',
  async run({ roles }, { RoleName, PolicyName }, context) {
    await roles.update(context, RoleName, (role) => {
      if (role.inlinePolicies[PolicyName] === undefined) {
        throw noSuchEntity(`The role policy with name ${PolicyName} cannot be found.`)
      }
      return { ...role, inlinePolicies: without(role.inlinePolicies, [PolicyName]) }
    })
    return {}
  },
}
