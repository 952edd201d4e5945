import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { noInvokeConfig, toInvokeConfig } from './wire-invoke-config.ts'

export const getFunctionEventInvokeConfig: LambdaOperation<'GetFunctionEventInvokeConfig'> = {
  name: 'GetFunctionEventInvokeConfig',
  async run({ invokeConfigs }, { FunctionName, Qualifier }, scope) {
    const target = parseFunctionName(scope, FunctionName, Qualifier)
    const config = await invokeConfigs.find(scope, target.name, target.qualifier)
    if (!config) throw noInvokeConfig(scope, target)
    return toInvokeConfig(scope, target, config)
  },
}
