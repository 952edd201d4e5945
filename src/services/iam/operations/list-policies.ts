import type { IamOperation } from '../contract.ts'
import { iamLimits } from '../limits.ts'
import { pageEnd } from './wire-page.ts'
import { attachedRoles, wirePolicy } from './wire-policy.ts'

/** The account's own policies; AWS's are not kept here. */
export const listPolicies: IamOperation<'ListPolicies'> = {
  name: 'ListPolicies',
  refuses: ['PolicyUsageFilter'],
  async run({ policies, roles }, input, context) {
    const limit = input.MaxItems ?? iamLimits.pageItems
    const page = input.Scope === 'AWS' ? [] : await policies.list(context, input.Marker, limit + 1)
    const shown = page.slice(0, limit)
    const listed = await Promise.all(
      shown.map(async (policy) =>
        wirePolicy(policy, (await attachedRoles(roles, context, policy.arn)).length),
      ),
    )
    return {
      Policies: listed
        .filter(({ Path }) => Path?.startsWith(input.PathPrefix ?? '/'))
        .filter(({ AttachmentCount = 0 }) => !input.OnlyAttached || AttachmentCount > 0),
      ...pageEnd(page.length > limit, shown.at(-1)?.name),
    }
  },
}
