import type { KinesisOperation } from '../contract.ts'
import { resourceOf } from '../wire-resource.ts'

export const getResourcePolicy: KinesisOperation<'GetResourcePolicy'> = {
  name: 'GetResourcePolicy',
  refuses: ['StreamId'],
  async run(deps, input, context) {
    const resource = await resourceOf(deps, input.ResourceARN, context)
    // AWS: without a policy the answer is an empty one (recorded by LocalStack, 2025).
    return { Policy: (await resource.policy()) ?? '{}' }
  },
}
