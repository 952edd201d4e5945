import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'

export const deleteFunctionConcurrency: LambdaOperation<'DeleteFunctionConcurrency'> = {
  name: 'DeleteFunctionConcurrency',
  async run({ functions }, { FunctionName }, scope) {
    const { name } = parseFunctionName(scope, FunctionName)
    await functions.change(scope, name, ({ reservedConcurrency: _, ...record }) => record)
    return {}
  },
}
