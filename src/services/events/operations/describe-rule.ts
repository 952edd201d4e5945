import type { EventsOperation } from '../contract.ts'
import { wireRule } from '../wire-rule.ts'

export const describeRule: EventsOperation<'DescribeRule'> = {
  name: 'DescribeRule',
  async run({ buses, rules }, { Name, EventBusName }, { accountId, region }) {
    const scope = { accountId, region }
    const bus = await buses.get(scope, EventBusName)
    const rule = await rules.get(scope, bus.name, Name)
    return { ...wireRule(scope, rule), CreatedBy: accountId }
  },
}
