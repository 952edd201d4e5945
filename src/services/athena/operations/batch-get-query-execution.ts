import type { AthenaOperation } from '../contract.ts'
import { executionToWire } from './wire-execution.ts'

export const batchGetQueryExecution: AthenaOperation<'BatchGetQueryExecution'> = {
  name: 'BatchGetQueryExecution',
  async run({ executions }, input, context) {
    const ids = input.QueryExecutionIds
    const found = await Promise.all(ids.map((id) => executions.get(context, id)))
    return {
      QueryExecutions: found.flatMap((execution) => (execution ? executionToWire(execution) : [])),
      UnprocessedQueryExecutionIds: ids
        .filter((_, index) => !found[index])
        .map((id) => ({
          QueryExecutionId: id,
          ErrorCode: 'INTERNAL_FAILURE',
          ErrorMessage: `QueryExecution ${id} was not found`,
        })),
    }
  },
}
