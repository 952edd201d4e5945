import type { MskOperation } from '../contract.ts'
import { mskLimits } from '../limits.ts'
import { parseConfigurationArn } from '../msk-arns.ts'
import { badRequest } from '../msk-errors.ts'
import { readProperties, writeRevision } from './wire-configuration.ts'

export const updateConfiguration: MskOperation<'UpdateConfiguration'> = {
  name: 'UpdateConfiguration',
  async run({ configurations }, { Arn, Description = '', ServerProperties }, scope) {
    const key = parseConfigurationArn(scope, Arn)
    if (Description.length > mskLimits.descriptionLengthMax) {
      throw badRequest('The description is too long.', 'description')
    }
    const { latest } = await configurations.revise(scope, key, {
      description: Description,
      properties: readProperties(ServerProperties),
    })
    return { Arn, LatestRevision: writeRevision(latest) }
  },
}
