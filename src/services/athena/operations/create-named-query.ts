import type { AthenaOperation } from '../contract.ts'
import { PRIMARY } from '../workgroups.ts'

export const createNamedQuery: AthenaOperation<'CreateNamedQuery'> = {
  name: 'CreateNamedQuery',
  async run({ namedQueries, workgroups }, input, context) {
    const workgroup = await workgroups.find(context, input.WorkGroup ?? PRIMARY)
    const query = {
      name: input.Name,
      workgroup: workgroup.name,
      database: input.Database,
      sql: input.QueryString,
      ...(input.Description !== undefined && { description: input.Description }),
    }
    const { id } = await namedQueries.create(context, query, input.ClientRequestToken)
    return { NamedQueryId: id }
  },
}
