import type { IamOperation } from '../contract.ts'
import { noSuchEntity } from '../identity.ts'

export const detachRolePolicy: IamOperation<'DetachRolePolicy'> = {
  name: 'DetachRolePolicy',
  async run({ roles }, { RoleName, PolicyArn }, context) {
    await roles.update(context, RoleName, (role) => {
      if (!role.attachedPolicies.includes(PolicyArn)) {
        throw noSuchEntity(`Policy ${PolicyArn} was not found.`)
      }
      return { ...role, attachedPolicies: role.attachedPolicies.filter((arn) => arn !== PolicyArn) }
    })
    return {}
  },
}
