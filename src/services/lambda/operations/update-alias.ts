import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { readRouting, toAlias } from './wire-alias.ts'

export const updateAlias: LambdaOperation<'UpdateAlias'> = {
  name: 'UpdateAlias',
  async run({ functions, versions, aliases }, input, scope) {
    const { name } = parseFunctionName(scope, input.FunctionName)
    await functions.get(scope, name)
    const given = readRouting(input.RoutingConfig)
    if (input.FunctionVersion) await versions.get(scope, name, input.FunctionVersion)
    if (given) await versions.get(scope, name, given.version)
    const alias = await aliases.update(
      scope,
      name,
      input.Name,
      ({ routing: before, ...current }) => {
        // AWS: an empty RoutingConfig takes the second version away, none leaves it.
        const routing = input.RoutingConfig ? given : before
        return {
          ...current,
          version: input.FunctionVersion ?? current.version,
          description: input.Description ?? current.description,
          ...(routing && { routing }),
        }
      },
      input.RevisionId,
    )
    return toAlias(scope, name, alias)
  },
}
