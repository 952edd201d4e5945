import type { AthenaOperation } from '../contract.ts'
import { pageOf } from '../pages.ts'
import { PRIMARY } from '../workgroups.ts'

/** AWS: pages of at most 50, newest first. */
const PAGE_SIZE = 50

export const listQueryExecutions: AthenaOperation<'ListQueryExecutions'> = {
  name: 'ListQueryExecutions',
  async run({ executions, workgroups }, input, context) {
    const { name } = await workgroups.find(context, input.WorkGroup ?? PRIMARY)
    const { items, nextToken } = await pageOf<{
      readonly id: string
      readonly position: ReadonlyArray<string | number>
    }>(
      input,
      PAGE_SIZE,
      ({ position }) => position,
      (page) => executions.list(context, name, page),
    )
    return { QueryExecutionIds: items.map(({ id }) => id), NextToken: nextToken }
  },
}
