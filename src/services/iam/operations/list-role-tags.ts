import type { IamOperation } from '../contract.ts'
import { wireTags } from './wire-tags.ts'

export const listRoleTags: IamOperation<'ListRoleTags'> = {
  name: 'ListRoleTags',
  async run({ roles }, { RoleName }, context) {
    const { tags } = await roles.get(context, RoleName)
    return { Tags: wireTags(tags), IsTruncated: false }
  },
}
