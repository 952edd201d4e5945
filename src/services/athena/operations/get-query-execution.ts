import type { AthenaOperation } from '../contract.ts'
import { executionToWire } from './wire-execution.ts'

export const getQueryExecution: AthenaOperation<'GetQueryExecution'> = {
  name: 'GetQueryExecution',
  async run({ executions }, input, context) {
    return {
      QueryExecution: executionToWire(await executions.find(context, input.QueryExecutionId)),
    }
  },
}
