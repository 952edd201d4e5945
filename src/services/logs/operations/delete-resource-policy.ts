import type { LogsOperation } from '../contract.ts'
import { invalidParameter } from '../log-errors.ts'

export const deleteResourcePolicy: LogsOperation<'DeleteResourcePolicy'> = {
  name: 'DeleteResourcePolicy',
  refuses: ['resourceArn', 'expectedRevisionId'],
  async run({ resourcePolicies }, { policyName }, scope) {
    if (!policyName) throw invalidParameter('policyName must be given.')
    await resourcePolicies.remove(scope, policyName)
    return {}
  },
}
