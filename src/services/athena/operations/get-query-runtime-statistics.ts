import type { AthenaOperation } from '../contract.ts'

/** Times and bytes of an execution that has ended; the stages of its plan are not kept. */
export const getQueryRuntimeStatistics: AthenaOperation<'GetQueryRuntimeStatistics'> = {
  name: 'GetQueryRuntimeStatistics',
  async run({ executions }, input, context) {
    const { statistics } = await executions.find(context, input.QueryExecutionId)
    if (!statistics) return { QueryRuntimeStatistics: {} }
    return {
      QueryRuntimeStatistics: {
        Timeline: {
          QueryQueueTimeInMillis: statistics.queueMs,
          ServicePreProcessingTimeInMillis: statistics.servicePreMs,
          EngineExecutionTimeInMillis: statistics.engineMs,
          ServiceProcessingTimeInMillis: statistics.serviceMs,
          TotalExecutionTimeInMillis: statistics.totalMs,
        },
        Rows: { InputBytes: statistics.scannedBytes },
      },
    }
  },
}
