import type { JobCapacity } from './job-definition.ts'

/** One run of a job. Its state is only ever written by what happened to it. */
export interface JobRun {
  /** Sorts by the time of its start. */
  readonly id: string
  readonly job: string
  /** 0, and one more with every retry. */
  readonly attempt: number
  readonly previousRunId?: string
  readonly triggerName?: string
  /** What of a workflow it is. */
  readonly step?: WorkflowStep
  readonly startedMs: number
  readonly updatedMs: number
  readonly completedMs?: number
  readonly state: JobRunState
  /** As given to the run; those of the job are not repeated. */
  readonly arguments: Readonly<Record<string, string>>
  readonly capacity: JobCapacity
  readonly executionClass?: string
  readonly glueVersion?: string
  readonly kind: 'glueetl' | 'pythonshell'
  /** When the script began. */
  readonly runningMs?: number
  readonly error?: string
}

/** An action of a run of a workflow; a job run or crawl carries it, and its end is told to it. */
export interface WorkflowStep {
  readonly workflow: string
  readonly runId: string
  readonly actionId: string
}

export type JobRunState =
  | 'STARTING'
  | 'RUNNING'
  | 'STOPPING'
  | 'STOPPED'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'TIMEOUT'

export type JobRunEnd = {
  readonly state: 'STOPPED' | 'SUCCEEDED' | 'FAILED' | 'TIMEOUT'
  readonly error?: string
}

const finalStates: ReadonlyArray<JobRunState> = ['STOPPED', 'SUCCEEDED', 'FAILED', 'TIMEOUT']

export type EndedRun = JobRun & Pick<JobRunEnd, 'state'>

export const isOver = (run: JobRun): run is EndedRun => finalStates.includes(run.state)

/** Log group of a run; its streams are named after the run's id. */
export function logGroupOf({ kind }: JobRun): string {
  return kind === 'glueetl' ? '/aws-glue/jobs' : '/aws-glue/python-jobs'
}
