import type { Scope } from '../../base/scope.ts'
import type { ServiceEvent } from '../../base/service-events.ts'
import type { DocumentChange } from '../../engines/meta/documents.ts'
import type { Execution } from './executions.ts'

/** `Athena Query State Change`: a query was queued, began, or ended. */
export function executionEventOf(
  _scope: Scope,
  { before, after: execution }: DocumentChange<Execution>,
): ServiceEvent | undefined {
  if (!execution || before?.state === execution.state) return undefined
  const { failure } = execution
  return {
    source: 'aws.athena',
    detailType: 'Athena Query State Change',
    detail: {
      versionId: '0',
      currentState: execution.state,
      ...(before && { previousState: before.state }),
      statementType: execution.statementType,
      queryExecutionId: execution.id,
      workgroupName: execution.workgroup,
      // AWS: 1 is QUEUED, and each state that follows is one more.
      sequenceNumber: String(!before ? 1 : before.state === 'QUEUED' ? 2 : 3),
      ...(execution.state === 'FAILED' &&
        failure && {
          athenaError: {
            errorCategory: failure.category,
            errorType: failure.type,
            errorMessage: failure.message,
            retryable: failure.retryable,
          },
        }),
    },
  }
}
