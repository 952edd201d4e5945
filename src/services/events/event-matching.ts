import type { Arrival, Delivery } from './event-queue.ts'
import type { Rules } from './rules.ts'
import { ruleArn } from './rules.ts'

/** Where an event is to go: to each target of each rule that it is for. */
export function createEventMatching(rules: Rules) {
  async function rulesFor({ scope, busName, event, ruleName, ruleArns }: Arrival) {
    if (ruleName === undefined) {
      const found = await rules.matching(scope, busName, event)
      return ruleArns ? found.filter((rule) => ruleArns.includes(ruleArn(scope, rule))) : found
    }
    const rule = await rules.find(scope, busName, ruleName)
    return rule?.enabled ? [rule] : []
  }

  return async (arrival: Arrival, nowMs: number): Promise<ReadonlyArray<Delivery>> => {
    const { scope, event } = arrival
    return (await rulesFor(arrival)).flatMap((rule) => {
      const arn = ruleArn(scope, rule)
      const times = { attempts: 0, createdMs: nowMs }
      return rule.targets.map((target) => ({ scope, ruleArn: arn, target, event, ...times }))
    })
  }
}
