import { dateOf } from '../../../base/clock.ts'
import type { AthenaOperation } from '../contract.ts'
import { pageByName } from '../pages.ts'
import type { PreparedStatement } from '../prepared-statements.ts'

const PAGE_SIZE = 50

export const listPreparedStatements: AthenaOperation<'ListPreparedStatements'> = {
  name: 'ListPreparedStatements',
  async run({ preparedStatements, workgroups }, input, context) {
    const { name: workgroup } = await workgroups.find(context, input.WorkGroup)
    const { items, nextToken } = await pageByName<PreparedStatement>(
      input,
      PAGE_SIZE,
      ({ name }) => name,
      (page) => preparedStatements.list(context, workgroup, page),
    )
    return {
      PreparedStatements: items.map(({ name, modifiedMs }) => ({
        StatementName: name,
        LastModifiedTime: dateOf(modifiedMs),
      })),
      NextToken: nextToken,
    }
  },
}
