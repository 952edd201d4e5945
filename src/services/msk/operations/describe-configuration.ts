import type { MskOperation } from '../contract.ts'
import { parseConfigurationArn } from '../msk-arns.ts'
import { writeConfiguration } from './wire-configuration.ts'

export const describeConfiguration: MskOperation<'DescribeConfiguration'> = {
  name: 'DescribeConfiguration',
  async run({ configurations }, { Arn }, scope) {
    const found = await configurations.get(scope, parseConfigurationArn(scope, Arn))
    return writeConfiguration(scope, found)
  },
}
