import type { IamOperation } from '../contract.ts'
import { without } from './wire-tags.ts'

export const untagRole: IamOperation<'UntagRole'> = {
  name: 'UntagRole',
  async run({ roles }, { RoleName, TagKeys }, context) {
    await roles.update(context, RoleName, (role) => ({
      ...role,
      tags: without(role.tags, TagKeys),
    }))
    return {}
  },
}
