import type { Scope } from '../../../base/scope.ts'
import type { EventsOperation } from '../contract.ts'
import { takePage } from '../pages.ts'
import type { Rule, Rules } from '../rules.ts'

export const listRuleNamesByTarget: EventsOperation<'ListRuleNamesByTarget'> = {
  name: 'ListRuleNamesByTarget',
  async run({ buses, rules }, { TargetArn, EventBusName, Limit, NextToken }, scope) {
    const bus = await buses.get(scope, EventBusName)
    const page = await takePage(
      { limit: Limit, token: NextToken },
      ({ name }: Rule) => name,
      (after) => rulesFor(rules, scope, bus.name, TargetArn, after),
    )
    return { RuleNames: page.items.map(({ name }) => name), NextToken: page.nextToken }
  },
}

async function* rulesFor(
  rules: Rules,
  scope: Scope,
  busName: string,
  targetArn: string,
  after: string | undefined,
): AsyncGenerator<Rule> {
  for await (const rule of rules.walk(scope, busName, { after })) {
    if (rule.targets.some(({ arn }) => arn === targetArn)) yield rule
  }
}
