import type { AthenaOperation } from '../contract.ts'

export const updateNamedQuery: AthenaOperation<'UpdateNamedQuery'> = {
  name: 'UpdateNamedQuery',
  async run({ namedQueries }, input, context) {
    await namedQueries.update(context, input.NamedQueryId, {
      name: input.Name,
      sql: input.QueryString,
      ...(input.Description !== undefined && { description: input.Description }),
    })
    return {}
  },
}
