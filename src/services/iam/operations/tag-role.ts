import type { IamOperation } from '../contract.ts'
import { checkTags, tagsOf } from './wire-tags.ts'

export const tagRole: IamOperation<'TagRole'> = {
  name: 'TagRole',
  async run({ roles }, { RoleName, Tags }, context) {
    await roles.update(context, RoleName, (role) => ({
      ...role,
      tags: checkTags({ ...role.tags, ...tagsOf(Tags) }),
    }))
    return {}
  },
}
