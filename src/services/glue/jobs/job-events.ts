import type { Scope } from '../../../base/scope.ts'
import type { ServiceEvent } from '../../../base/service-events.ts'
import type { DocumentChange } from '../../../engines/meta/documents.ts'
import type { JobRun } from './job-run.ts'
import { isOver } from './job-run.ts'

const messages = {
  SUCCEEDED: 'Job run succeeded',
  FAILED: 'Job run failed',
  TIMEOUT: 'Job run timed out',
  STOPPED: 'Job run stopped',
} as const

const severities = { SUCCEEDED: 'INFO', FAILED: 'ERROR', TIMEOUT: 'WARN', STOPPED: 'INFO' } as const

/** `Glue Job State Change`: a run, or an attempt of it, has ended. */
export function jobEventOf(
  _scope: Scope,
  { before, after: run }: DocumentChange<JobRun>,
): ServiceEvent | undefined {
  if (!run || !isOver(run) || (before && isOver(before))) return undefined
  const state = run.state as keyof typeof messages
  return {
    source: 'aws.glue',
    detailType: 'Glue Job State Change',
    detail: {
      jobName: run.job,
      severity: severities[state],
      state,
      jobRunId: run.id,
      message: run.error ?? messages[state],
    },
  }
}
