import { ServiceError } from '../../../base/errors.ts'
import type { AthenaOperation } from '../contract.ts'
import { preparedStatementToWire } from './wire-prepared-statement.ts'

export const batchGetPreparedStatement: AthenaOperation<'BatchGetPreparedStatement'> = {
  name: 'BatchGetPreparedStatement',
  async run({ preparedStatements }, input, context) {
    const found = []
    const missing = []
    for (const name of input.PreparedStatementNames) {
      try {
        const statement = await preparedStatements.find(context, input.WorkGroup, name)
        found.push(preparedStatementToWire(statement))
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error
        missing.push({
          StatementName: name,
          ErrorCode: 'STATEMENT_NOT_FOUND',
          ErrorMessage: error.message,
        })
      }
    }
    return { PreparedStatements: found, UnprocessedPreparedStatementNames: missing }
  },
}
