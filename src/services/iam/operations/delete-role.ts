import type { IamOperation } from '../contract.ts'

export const deleteRole: IamOperation<'DeleteRole'> = {
  name: 'DeleteRole',
  async run({ roles }, { RoleName }, context) {
    await roles.remove(context, RoleName)
    return {}
  },
}
