import { dateOf } from '../../../base/clock.ts'
import type { PreparedStatement } from '../prepared-statements.ts'

export function preparedStatementToWire(statement: PreparedStatement) {
  return {
    StatementName: statement.name,
    QueryStatement: statement.sql,
    WorkGroupName: statement.workgroup,
    Description: statement.description,
    LastModifiedTime: dateOf(statement.modifiedMs),
  }
}
