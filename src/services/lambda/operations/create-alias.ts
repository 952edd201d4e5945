import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { readRouting, toAlias } from './wire-alias.ts'

export const createAlias: LambdaOperation<'CreateAlias'> = {
  name: 'CreateAlias',
  async run({ functions, versions, aliases }, input, scope) {
    const { name } = parseFunctionName(scope, input.FunctionName)
    const routing = readRouting(input.RoutingConfig)
    await functions.get(scope, name)
    await versions.get(scope, name, input.FunctionVersion)
    if (routing) await versions.get(scope, name, routing.version)
    const alias = await aliases.create(scope, name, {
      name: input.Name,
      version: input.FunctionVersion,
      description: input.Description ?? '',
      ...(routing && { routing }),
    })
    return toAlias(scope, name, alias)
  },
}
