import type { EventsOperation } from '../contract.ts'
import { takePage } from '../pages.ts'
import type { Rule } from '../rules.ts'
import { wireRule } from '../wire-rule.ts'

export const listRules: EventsOperation<'ListRules'> = {
  name: 'ListRules',
  async run({ buses, rules }, { NamePrefix, EventBusName, Limit, NextToken }, scope) {
    const bus = await buses.get(scope, EventBusName)
    const page = await takePage(
      { limit: Limit, token: NextToken },
      ({ name }: Rule) => name,
      (after) => rules.walk(scope, bus.name, { prefix: NamePrefix, after }),
    )
    return { Rules: page.items.map((rule) => wireRule(scope, rule)), NextToken: page.nextToken }
  },
}
