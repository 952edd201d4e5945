import { dateOf } from '../../../base/clock.ts'
import type { Output } from '../../../wire/contract.ts'
import type { Execution } from '../executions.ts'

type Sdk = typeof import('@aws-sdk/client-athena')
type WireExecution = NonNullable<Output<Sdk, 'GetQueryExecution'>['QueryExecution']>

export const ENGINE_VERSION = 'Athena engine version 3'

export function executionToWire(execution: Execution): WireExecution {
  const { statistics, failure } = execution
  return {
    QueryExecutionId: execution.id,
    Query: execution.sql,
    StatementType: execution.statementType,
    SubstatementType: execution.substatementType,
    WorkGroup: execution.workgroup,
    QueryExecutionContext: {
      ...(execution.database !== undefined && { Database: execution.database }),
      ...(execution.catalog !== undefined && { Catalog: execution.catalog.toLowerCase() }),
    },
    ResultConfiguration: { OutputLocation: execution.outputLocation },
    ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: false } },
    ...(execution.parameters && { ExecutionParameters: [...execution.parameters] }),
    EngineVersion: {
      SelectedEngineVersion: 'AUTO',
      EffectiveEngineVersion: ENGINE_VERSION,
    },
    Status: {
      State: execution.state,
      StateChangeReason: execution.reason,
      SubmissionDateTime: dateOf(execution.submittedMs),
      ...(execution.completedMs !== undefined && {
        CompletionDateTime: dateOf(execution.completedMs),
      }),
      ...(failure && {
        AthenaError: {
          ErrorCategory: failure.category,
          ErrorType: failure.type,
          Retryable: failure.retryable,
          ErrorMessage: failure.message,
        },
      }),
    },
    Statistics: {
      ...(statistics && {
        EngineExecutionTimeInMillis: statistics.engineMs,
        DataScannedInBytes: statistics.scannedBytes,
        TotalExecutionTimeInMillis: statistics.totalMs,
        QueryQueueTimeInMillis: statistics.queueMs,
        ServicePreProcessingTimeInMillis: statistics.servicePreMs,
        ServiceProcessingTimeInMillis: statistics.serviceMs,
        ResultReuseInformation: { ReusedPreviousResult: false },
      }),
      ...(execution.manifestLocation !== undefined && {
        DataManifestLocation: execution.manifestLocation,
      }),
    },
  }
}
