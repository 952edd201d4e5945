import type { AthenaOperation } from '../contract.ts'
import { namedQueryToWire } from './wire-named-query.ts'

export const getNamedQuery: AthenaOperation<'GetNamedQuery'> = {
  name: 'GetNamedQuery',
  async run({ namedQueries }, input, context) {
    return { NamedQuery: namedQueryToWire(await namedQueries.find(context, input.NamedQueryId)) }
  },
}
