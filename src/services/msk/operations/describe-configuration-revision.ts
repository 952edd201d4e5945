import type { MskOperation } from '../contract.ts'
import { parseConfigurationArn } from '../msk-arns.ts'
import { writeRevision } from './wire-configuration.ts'

export const describeConfigurationRevision: MskOperation<'DescribeConfigurationRevision'> = {
  name: 'DescribeConfigurationRevision',
  async run({ configurations }, { Arn, Revision }, scope) {
    const key = parseConfigurationArn(scope, Arn)
    const found = await configurations.revision(scope, key, Revision)
    return { Arn, ...writeRevision(found), ServerProperties: Buffer.from(found.properties) }
  },
}
