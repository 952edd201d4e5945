import type { EventsOperation } from '../contract.ts'
import { itemsAfter, takePage } from '../pages.ts'
import type { RuleTarget } from '../rules.ts'
import { wireTarget } from '../wire-rule.ts'

export const listTargetsByRule: EventsOperation<'ListTargetsByRule'> = {
  name: 'ListTargetsByRule',
  async run({ buses, rules }, { Rule, EventBusName, Limit, NextToken }, scope) {
    const bus = await buses.get(scope, EventBusName)
    const { targets } = await rules.get(scope, bus.name, Rule)
    const idOf = ({ id }: RuleTarget) => id
    const page = await takePage({ limit: Limit, token: NextToken }, idOf, (after) =>
      itemsAfter(targets, idOf, after),
    )
    return { Targets: page.items.map(wireTarget), NextToken: page.nextToken }
  },
}
