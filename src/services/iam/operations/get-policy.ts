import type { IamOperation } from '../contract.ts'
import { attachedRoles, wirePolicy } from './wire-policy.ts'

export const getPolicy: IamOperation<'GetPolicy'> = {
  name: 'GetPolicy',
  async run({ policies, roles }, { PolicyArn }, context) {
    const policy = await policies.get(context, PolicyArn)
    return { Policy: wirePolicy(policy, (await attachedRoles(roles, context, PolicyArn)).length) }
  },
}
