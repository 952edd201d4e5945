import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'

/** AWS: deleting an alias that is not there succeeds. */
export const deleteAlias: LambdaOperation<'DeleteAlias'> = {
  name: 'DeleteAlias',
  async run({ functions, aliases }, { FunctionName, Name }, scope) {
    const { name } = parseFunctionName(scope, FunctionName)
    await functions.get(scope, name)
    await aliases.remove(scope, name, Name)
    return {}
  },
}
