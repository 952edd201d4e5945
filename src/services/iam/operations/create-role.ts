import type { IamOperation } from '../contract.ts'
import { wireRole } from './wire-role.ts'
import { tagsOf } from './wire-tags.ts'

export const createRole: IamOperation<'CreateRole'> = {
  name: 'CreateRole',
  refuses: ['PermissionsBoundary'],
  async run({ roles }, input, context) {
    const role = await roles.create(context, {
      name: input.RoleName,
      path: input.Path ?? '/',
      trustPolicy: input.AssumeRolePolicyDocument,
      ...(input.Description !== undefined && { description: input.Description }),
      sessionSecondsMax: input.MaxSessionDuration ?? 3600,
      tags: tagsOf(input.Tags ?? []),
    })
    return { Role: wireRole(role) }
  },
}
