import { parseArn } from '../../../base/arn.ts'
import type { EventsOperation } from '../contract.ts'
import { serviceOf } from '../delivery-loop.ts'
import { limitExceeded, notSupported, validation } from '../event-errors.ts'
import { eventLimits } from '../limits.ts'
import { targetOf } from '../wire-rule.ts'

export const putTargets: EventsOperation<'PutTargets'> = {
  name: 'PutTargets',
  async run({ buses, rules, targets }, input, scope) {
    const bus = await buses.get(scope, input.EventBusName)
    const given = input.Targets.map(targetOf)
    for (const { id, arn, deadLetterArn } of given) {
      if (!arn.startsWith('arn:')) {
        throw validation(
          `Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`,
        )
      }
      const isReached = targets.has(serviceOf(arn)) && !isApiDestination(arn)
      if (!isReached) throw notSupported(`Target ${id}, ${arn},`)
      if (deadLetterArn !== undefined && !targets.has(serviceOf(deadLetterArn))) {
        throw notSupported(`DeadLetterConfig ${deadLetterArn}`)
      }
    }
    const ids = new Set(given.map(({ id }) => id))
    await rules.change(scope, bus.name, input.Rule, (rule) => {
      const all = [...rule.targets.filter(({ id }) => !ids.has(id)), ...given]
      if (all.length > eventLimits.targetsMax) throw limitExceeded()
      return { ...rule, targets: all }
    })
    return { FailedEntryCount: 0, FailedEntries: [] }
  },
}

/** Its ARN is of the same service as those of buses. */
function isApiDestination(arn: string): boolean {
  return parseArn(arn)?.resource.startsWith('api-destination/') ?? false
}
