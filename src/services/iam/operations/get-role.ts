import type { IamOperation } from '../contract.ts'
import { wireRole } from './wire-role.ts'

export const getRole: IamOperation<'GetRole'> = {
  name: 'GetRole',
  async run({ roles }, { RoleName }, context) {
    return { Role: wireRole(await roles.get(context, RoleName)) }
  },
}
