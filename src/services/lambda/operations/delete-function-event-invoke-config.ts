import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { noInvokeConfig } from './wire-invoke-config.ts'

export const deleteFunctionEventInvokeConfig: LambdaOperation<'DeleteFunctionEventInvokeConfig'> = {
  name: 'DeleteFunctionEventInvokeConfig',
  async run({ invokeConfigs }, { FunctionName, Qualifier }, scope) {
    const target = parseFunctionName(scope, FunctionName, Qualifier)
    if (!(await invokeConfigs.remove(scope, target.name, target.qualifier))) {
      throw noInvokeConfig(scope, target)
    }
    return {}
  },
}
