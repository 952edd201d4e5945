import type { IamOperation } from '../contract.ts'

export const updateRole: IamOperation<'UpdateRole'> = {
  name: 'UpdateRole',
  async run({ roles }, input, context) {
    await roles.update(context, input.RoleName, (role) => ({
      ...role,
      ...(input.Description !== undefined && { description: input.Description }),
      sessionSecondsMax: input.MaxSessionDuration ?? role.sessionSecondsMax,
    }))
    return {}
  },
}
