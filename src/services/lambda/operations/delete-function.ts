import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { LATEST } from '../functions.ts'

/** Without a qualifier: the function with all its versions, aliases, policies and processes. */
export const deleteFunction: LambdaOperation<'DeleteFunction'> = {
  name: 'DeleteFunction',
  async run(deps, { FunctionName, Qualifier }, scope) {
    const { functions, versions, policies, invokeConfigs, invocations } = deps
    const { name, qualifier } = parseFunctionName(scope, FunctionName, Qualifier)
    if (qualifier !== undefined) {
      await versions.remove(scope, name, qualifier)
      await invocations.retire(scope, name, [qualifier])
      return { StatusCode: 204 }
    }
    const published = await versions.all(scope, name)
    await functions.remove(scope, name)
    await policies.removeAll(scope, name)
    await invokeConfigs.removeAll(scope, name)
    await invocations.retire(scope, name, [LATEST, ...published.map(({ version }) => version)])
    return { StatusCode: 204 }
  },
}
