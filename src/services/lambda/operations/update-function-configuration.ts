import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { toConfiguration } from './wire-configuration.ts'
import { mergeSettings } from './wire-settings.ts'

export const updateFunctionConfiguration: LambdaOperation<'UpdateFunctionConfiguration'> = {
  name: 'UpdateFunctionConfiguration',
  refuses: ['CapacityProviderConfig', 'DurableConfig'],
  async run({ functions, runtimes }, input, scope) {
    const { name } = parseFunctionName(scope, input.FunctionName)
    const record = await functions.updateSettings(
      scope,
      name,
      (settings) => mergeSettings(settings, input, runtimes),
      input.RevisionId,
    )
    return toConfiguration(scope, { name }, record.latest)
  },
}
