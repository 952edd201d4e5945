import type { MskOperation } from '../contract.ts'
import { parseConfigurationArn } from '../msk-arns.ts'
import { badRequest } from '../msk-errors.ts'

export const deleteConfiguration: MskOperation<'DeleteConfiguration'> = {
  name: 'DeleteConfiguration',
  async run({ configurations, clusters }, { Arn }, scope) {
    const key = parseConfigurationArn(scope, Arn)
    const kind = (await clusters.find(scope))?.kind
    if (kind?.type === 'provisioned' && kind.configuration?.arn === Arn) {
      throw badRequest('The configuration is in use by a cluster.', 'arn')
    }
    await configurations.remove(scope, key)
    return { Arn, State: 'DELETING' as const }
  },
}
