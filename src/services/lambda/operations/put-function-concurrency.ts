import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { invalidParameter } from '../lambda-errors.ts'
import { limits } from '../limits.ts'

export const putFunctionConcurrency: LambdaOperation<'PutFunctionConcurrency'> = {
  name: 'PutFunctionConcurrency',
  async run({ functions }, { FunctionName, ReservedConcurrentExecutions: reserved }, scope) {
    const { name } = parseFunctionName(scope, FunctionName)
    const max = limits.concurrencyMax - limits.unreservedConcurrencyMin
    if (reserved > max) {
      throw invalidParameter(
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${limits.unreservedConcurrencyMin}].`,
      )
    }
    await functions.change(scope, name, (record) => ({ ...record, reservedConcurrency: reserved }))
    return { ReservedConcurrentExecutions: reserved }
  },
}
