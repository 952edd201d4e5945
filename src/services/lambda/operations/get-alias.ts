import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { toAlias } from './wire-alias.ts'

export const getAlias: LambdaOperation<'GetAlias'> = {
  name: 'GetAlias',
  async run({ aliases }, { FunctionName, Name }, scope) {
    const { name } = parseFunctionName(scope, FunctionName)
    return toAlias(scope, name, await aliases.get(scope, name, Name))
  },
}
