import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { toConfiguration } from './wire-configuration.ts'

export const getFunctionConfiguration: LambdaOperation<'GetFunctionConfiguration'> = {
  name: 'GetFunctionConfiguration',
  async run({ resolver }, { FunctionName, Qualifier }, scope) {
    const target = parseFunctionName(scope, FunctionName, Qualifier)
    const { version } = await resolver.resolve(scope, target)
    return toConfiguration(scope, target, version)
  },
}
