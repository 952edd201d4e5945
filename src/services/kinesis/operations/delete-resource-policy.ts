import { ServiceError } from '../../../base/errors.ts'
import type { KinesisOperation } from '../contract.ts'
import { resourceOf } from '../wire-resource.ts'

export const deleteResourcePolicy: KinesisOperation<'DeleteResourcePolicy'> = {
  name: 'DeleteResourcePolicy',
  refuses: ['StreamId'],
  async run(deps, input, context) {
    const { ResourceARN: arn } = input
    const resource = await resourceOf(deps, arn, context)
    await resource.changePolicy((policy) => {
      if (policy !== undefined) return undefined
      // AWS: recorded by LocalStack and moto.
      throw new ServiceError(
        'ResourceNotFoundException',
        `No resource policy found for resource ARN ${arn}.`,
      )
    })
    return {}
  },
}
