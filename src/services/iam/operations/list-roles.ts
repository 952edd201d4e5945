import type { IamOperation } from '../contract.ts'
import { iamLimits } from '../limits.ts'
import { pageEnd } from './wire-page.ts'
import { wireRole } from './wire-role.ts'

export const listRoles: IamOperation<'ListRoles'> = {
  name: 'ListRoles',
  async run({ roles }, input, context) {
    const limit = input.MaxItems ?? iamLimits.pageItems
    const page = await roles.list(context, input.Marker, limit + 1)
    const shown = page.slice(0, limit)
    return {
      Roles: shown.filter(({ path }) => path.startsWith(input.PathPrefix ?? '/')).map(wireRole),
      ...pageEnd(page.length > limit, shown.at(-1)?.name),
    }
  },
}
