import type { AthenaOperation } from '../contract.ts'
import { pageByName } from '../pages.ts'
import { PRIMARY } from '../workgroups.ts'

const PAGE_SIZE = 50

export const listNamedQueries: AthenaOperation<'ListNamedQueries'> = {
  name: 'ListNamedQueries',
  async run({ namedQueries, workgroups }, input, context) {
    const { name } = await workgroups.find(context, input.WorkGroup ?? PRIMARY)
    const { items, nextToken } = await pageByName<string>(
      input,
      PAGE_SIZE,
      (id) => id,
      (page) => namedQueries.list(context, name, page),
    )
    return { NamedQueryIds: [...items], NextToken: nextToken }
  },
}
