import { unsupported } from '../athena-errors.ts'
import type { AthenaOperation } from '../contract.ts'
import { expectPlainResults, submit } from '../submission.ts'

/** Accepts a query: durable and queued when answered. */
export const startQueryExecution: AthenaOperation<'StartQueryExecution'> = {
  name: 'StartQueryExecution',
  refuses: ['EngineConfiguration'],
  async run(deps, input, context) {
    const { ResultConfiguration: result, QueryExecutionContext: where } = input
    if (input.ResultReuseConfiguration?.ResultReuseByAgeConfiguration?.Enabled) {
      throw unsupported('ResultReuseConfiguration')
    }
    expectPlainResults(result, context.accountId)
    const { id } = await submit(deps, context, {
      sql: input.QueryString,
      ...(input.WorkGroup !== undefined && { workgroup: input.WorkGroup }),
      ...(where?.Catalog !== undefined && { catalog: where.Catalog }),
      ...(where?.Database !== undefined && { database: where.Database }),
      ...(result?.OutputLocation !== undefined && { outputLocation: result.OutputLocation }),
      ...(input.ExecutionParameters && { parameters: input.ExecutionParameters }),
      ...(input.ClientRequestToken !== undefined && { token: input.ClientRequestToken }),
    })
    return { QueryExecutionId: id }
  },
}
