import type { KinesisOperation } from '../contract.ts'
import { refuseBadPolicy } from '../policy.ts'
import { resourceOf } from '../wire-resource.ts'

export const putResourcePolicy: KinesisOperation<'PutResourcePolicy'> = {
  name: 'PutResourcePolicy',
  refuses: ['StreamId'],
  async run(deps, input, context) {
    const { ResourceARN: arn, Policy: policy } = input
    const resource = await resourceOf(deps, arn, context)
    await resource.policy()
    refuseBadPolicy(policy, arn)
    await resource.changePolicy(() => policy)
    return {}
  },
}
