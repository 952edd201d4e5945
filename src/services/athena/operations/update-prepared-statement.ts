import type { AthenaOperation } from '../contract.ts'

export const updatePreparedStatement: AthenaOperation<'UpdatePreparedStatement'> = {
  name: 'UpdatePreparedStatement',
  async run({ preparedStatements }, input, context) {
    const statement = {
      name: input.StatementName,
      workgroup: input.WorkGroup,
      sql: input.QueryStatement,
      ...(input.Description !== undefined && { description: input.Description }),
    }
    await preparedStatements.put(context, statement, 'update')
    return {}
  },
}
