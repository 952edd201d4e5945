import type { LogsOperation } from '../contract.ts'
import { invalidParameter } from '../log-errors.ts'
import { wireResourcePolicy } from '../wire-resource-policy.ts'

export const putResourcePolicy: LogsOperation<'PutResourcePolicy'> = {
  name: 'PutResourcePolicy',
  refuses: ['resourceArn', 'expectedRevisionId'],
  async run({ resourcePolicies }, { policyName, policyDocument }, scope) {
    if (!policyName || !policyDocument) {
      throw invalidParameter('policyName and policyDocument must be given.')
    }
    const policy = await resourcePolicies.put(scope, policyName, policyDocument)
    return { resourcePolicy: wireResourcePolicy(policy) }
  },
}
