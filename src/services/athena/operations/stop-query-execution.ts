import type { AthenaOperation } from '../contract.ts'

/** The query is CANCELLED when answered, unless it had ended already. */
export const stopQueryExecution: AthenaOperation<'StopQueryExecution'> = {
  name: 'StopQueryExecution',
  async run({ runner }, input, context) {
    await runner.stop(context, input.QueryExecutionId ?? '')
    return {}
  },
}
