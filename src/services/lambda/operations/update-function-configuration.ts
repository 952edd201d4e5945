import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { toConfiguration } from './wire-configuration.ts'
import { checkDeadLetters, mergeSettings } from './wire-settings.ts'

export const updateFunctionConfiguration: LambdaOperation<'UpdateFunctionConfiguration'> = {
  name: 'UpdateFunctionConfiguration',
  refuses: ['CapacityProviderConfig', 'DurableConfig'],
  async run(deps, input, scope) {
    const { functions, runtimes } = deps
    const { name } = parseFunctionName(scope, input.FunctionName)
    if (input.DeadLetterConfig) {
      const { latest } = await functions.get(scope, name)
      const wanted = mergeSettings(latest.settings, input, runtimes)
      await checkDeadLetters(deps, scope, name, wanted)
    }
    const record = await functions.updateSettings(
      scope,
      name,
      (settings) => mergeSettings(settings, input, runtimes),
      input.RevisionId,
    )
    return toConfiguration(scope, { name }, record.latest)
  },
}
