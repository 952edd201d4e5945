import { invalidRequest } from '../athena-errors.ts'
import type { AthenaOperation } from '../contract.ts'
import { limits } from '../limits.ts'

export const createPreparedStatement: AthenaOperation<'CreatePreparedStatement'> = {
  name: 'CreatePreparedStatement',
  async run({ preparedStatements, workgroups }, input, context) {
    const { name: workgroup } = await workgroups.find(context, input.WorkGroup)
    const most = limits.preparedStatementsMax
    const there = await preparedStatements.list(context, workgroup, { limit: most })
    if (there.length >= most) {
      throw invalidRequest(
        `WorkGroup ${workgroup} has ${most} prepared statements, the most it may`,
      )
    }
    const statement = {
      name: input.StatementName,
      workgroup,
      sql: input.QueryStatement,
      ...(input.Description !== undefined && { description: input.Description }),
    }
    await preparedStatements.put(context, statement, 'create')
    return {}
  },
}
