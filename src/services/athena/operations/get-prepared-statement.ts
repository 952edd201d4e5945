import type { AthenaOperation } from '../contract.ts'
import { preparedStatementToWire } from './wire-prepared-statement.ts'

export const getPreparedStatement: AthenaOperation<'GetPreparedStatement'> = {
  name: 'GetPreparedStatement',
  async run({ preparedStatements }, input, context) {
    const found = await preparedStatements.find(context, input.WorkGroup, input.StatementName)
    return { PreparedStatement: preparedStatementToWire(found) }
  },
}
