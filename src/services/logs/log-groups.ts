import type { Scope } from '../../base/scope.ts'

/** Writing side of CloudWatch Logs, for the services whose user code has a log. */
export interface LogWriter {
  /** Makes group and stream when absent; the events are durable when this resolves. */
  append(scope: Scope, target: LogTarget, events: ReadonlyArray<LogEvent>): Promise<void>
}

export interface LogTarget {
  /** `/aws/lambda/score`, `/aws-glue/jobs/output`, … */
  readonly group: string
  readonly stream: string
}

export interface LogEvent {
  readonly timestampMs: number
  readonly message: string
}
