import type { MskOperation } from '../contract.ts'
import { checkKafkaVersion } from '../kafka-versions.ts'
import { mskLimits } from '../limits.ts'
import { badRequest } from '../msk-errors.ts'
import { readProperties, writeConfiguration } from './wire-configuration.ts'

// AWS: a letter or digit, then letters, digits and hyphens (CreateConfiguration of the API Reference).
const NAME = /^[0-9A-Za-z][0-9A-Za-z-]{0,}$/

export const createConfiguration: MskOperation<'CreateConfiguration'> = {
  name: 'CreateConfiguration',
  async run({ configurations }, input, scope) {
    const { Name, Description = '', KafkaVersions = [], ServerProperties } = input
    if (!NAME.test(Name)) throw badRequest('The name of the configuration is not valid.', 'name')
    if (Description.length > mskLimits.descriptionLengthMax) {
      throw badRequest('The description is too long.', 'description')
    }
    const kafkaVersions = KafkaVersions.map((one) => checkKafkaVersion(one, 'kafkaVersions'))
    const made = await configurations.create(scope, {
      name: Name,
      description: Description,
      kafkaVersions,
      properties: readProperties(ServerProperties),
    })
    const { Arn, CreationTime, LatestRevision, State } = writeConfiguration(scope, made)
    return { Arn, CreationTime, LatestRevision, Name, State }
  },
}
