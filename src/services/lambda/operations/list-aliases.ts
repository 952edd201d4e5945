import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { toAlias } from './wire-alias.ts'
import { pageOfAll } from './wire-page.ts'

export const listAliases: LambdaOperation<'ListAliases'> = {
  name: 'ListAliases',
  async run({ functions, aliases }, input, scope) {
    const { name } = parseFunctionName(scope, input.FunctionName)
    await functions.get(scope, name)
    const version = input.FunctionVersion
    const all = (await aliases.all(scope, name)).filter(
      (alias) => version === undefined || alias.versions.has(version),
    )
    const { items, next } = pageOfAll(all, input, (alias) => alias.name)
    return { Aliases: items.map((alias) => toAlias(scope, name, alias)), ...next }
  },
}
