import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'

export const getFunctionConcurrency: LambdaOperation<'GetFunctionConcurrency'> = {
  name: 'GetFunctionConcurrency',
  async run({ functions }, { FunctionName }, scope) {
    const { name } = parseFunctionName(scope, FunctionName)
    const { reservedConcurrency } = await functions.get(scope, name)
    if (reservedConcurrency === undefined) return {}
    return { ReservedConcurrentExecutions: reservedConcurrency }
  },
}
