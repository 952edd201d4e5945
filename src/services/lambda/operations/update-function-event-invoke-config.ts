import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { noInvokeConfig, readInvokeConfig, toInvokeConfig } from './wire-invoke-config.ts'

/** Unlike PutFunctionEventInvokeConfig, leaves what the request does not name. */
export const updateFunctionEventInvokeConfig: LambdaOperation<'UpdateFunctionEventInvokeConfig'> = {
  name: 'UpdateFunctionEventInvokeConfig',
  async run(deps, input, scope) {
    const { invokeConfigs } = deps
    const target = parseFunctionName(scope, input.FunctionName, input.Qualifier)
    const given = await readInvokeConfig(deps, scope, target, input)
    const current = await invokeConfigs.find(scope, target.name, target.qualifier)
    if (!current) throw noInvokeConfig(scope, target)
    const config = await invokeConfigs.put(scope, target, { ...current, ...given })
    return toInvokeConfig(scope, target, config)
  },
}
