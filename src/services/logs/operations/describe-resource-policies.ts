import type { LogsOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { wireResourcePolicy } from '../wire-resource-policy.ts'

export const describeResourcePolicies: LogsOperation<'DescribeResourcePolicies'> = {
  name: 'DescribeResourcePolicies',
  refuses: ['resourceArn', 'policyScope'],
  async run({ resourcePolicies }, { nextToken, limit = limits.pageSize }, scope) {
    const found = await resourcePolicies.list(scope, {
      limit: limit + 1,
      ...(nextToken !== undefined && { after: nextToken }),
    })
    const page = found.slice(0, limit)
    return {
      resourcePolicies: page.map(wireResourcePolicy),
      ...(found.length > limit && { nextToken: page.at(-1)?.name }),
    }
  },
}
