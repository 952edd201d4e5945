import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { readInvokeConfig, toInvokeConfig } from './wire-invoke-config.ts'

export const putFunctionEventInvokeConfig: LambdaOperation<'PutFunctionEventInvokeConfig'> = {
  name: 'PutFunctionEventInvokeConfig',
  async run(deps, input, scope) {
    const target = parseFunctionName(scope, input.FunctionName, input.Qualifier)
    const config = await readInvokeConfig(deps, scope, target, input)
    return toInvokeConfig(scope, target, await deps.invokeConfigs.put(scope, target, config))
  },
}
