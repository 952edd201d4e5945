import type { AthenaOperation } from '../contract.ts'

export const deletePreparedStatement: AthenaOperation<'DeletePreparedStatement'> = {
  name: 'DeletePreparedStatement',
  async run({ preparedStatements }, input, context) {
    await preparedStatements.remove(context, input.WorkGroup, input.StatementName)
    return {}
  },
}
