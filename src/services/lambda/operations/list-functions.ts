import type { LambdaOperation } from '../contract.ts'
import { LATEST } from '../functions.ts'
import { toConfiguration } from './wire-configuration.ts'
import { cutPage, pageLimit, readMarker } from './wire-page.ts'

export const listFunctions: LambdaOperation<'ListFunctions'> = {
  name: 'ListFunctions',
  refuses: ['MasterRegion'],
  async run({ functions, versions }, input, scope) {
    const limit = pageLimit(input)
    const after = readMarker(input)
    const found = await functions.list(scope, {
      limit: limit + 1,
      ...(after !== undefined && { after }),
    })
    const { items, next } = cutPage(found, limit, ({ name }) => name)
    if (input.FunctionVersion !== 'ALL') {
      const Functions = items.map(({ name, latest }) => toConfiguration(scope, { name }, latest))
      return { Functions, ...next }
    }
    const Functions = await Promise.all(
      items.map(async ({ name, latest }) => [
        toConfiguration(scope, { name, qualifier: LATEST }, latest),
        ...(await versions.all(scope, name)).map((version) =>
          toConfiguration(scope, { name, qualifier: version.version }, version),
        ),
      ]),
    )
    return { Functions: Functions.flat(), ...next }
  },
}
