import type { LambdaOperation } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { toConfiguration } from './wire-configuration.ts'
import { pageOfAll } from './wire-page.ts'

export const listVersionsByFunction: LambdaOperation<'ListVersionsByFunction'> = {
  name: 'ListVersionsByFunction',
  async run({ functions, versions }, input, scope) {
    const { name } = parseFunctionName(scope, input.FunctionName)
    const { latest } = await functions.get(scope, name)
    const all = [latest, ...(await versions.all(scope, name))]
    const { items, next } = pageOfAll(all, input, ({ version }) => version)
    const Versions = items.map((one) =>
      toConfiguration(scope, { name, qualifier: one.version }, one),
    )
    return { Versions, ...next }
  },
}
