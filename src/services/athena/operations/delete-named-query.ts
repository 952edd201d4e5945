import type { AthenaOperation } from '../contract.ts'

export const deleteNamedQuery: AthenaOperation<'DeleteNamedQuery'> = {
  name: 'DeleteNamedQuery',
  async run({ namedQueries }, input, context) {
    await namedQueries.remove(context, input.NamedQueryId ?? '')
    return {}
  },
}
