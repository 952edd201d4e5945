import type { AthenaOperation } from '../contract.ts'
import { namedQueryToWire } from './wire-named-query.ts'

export const batchGetNamedQuery: AthenaOperation<'BatchGetNamedQuery'> = {
  name: 'BatchGetNamedQuery',
  async run({ namedQueries }, input, context) {
    const ids = input.NamedQueryIds
    const found = await Promise.all(ids.map((id) => namedQueries.get(context, id)))
    return {
      NamedQueries: found.flatMap((query) => (query ? namedQueryToWire(query) : [])),
      UnprocessedNamedQueryIds: ids
        .filter((_, index) => !found[index])
        .map((id) => ({
          NamedQueryId: id,
          ErrorCode: 'INTERNAL_FAILURE',
          ErrorMessage: `NamedQuery ${id} was not found`,
        })),
    }
  },
}
