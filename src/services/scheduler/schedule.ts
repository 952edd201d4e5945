import { formatArn } from '../../base/arn.ts'
import type { Scope } from '../../base/scope.ts'
import type { Timing } from './timing.ts'

/** What its owner has asked for. */
export interface ScheduleSettings {
  readonly description?: string
  readonly enabled: boolean
  readonly timing: Omit<Timing, 'anchorMs'>
  /** How long after its time an invocation may begin; 0 where it is to begin at once. */
  readonly windowMinutes: number
  readonly target: Target
  readonly deleteWhenDone: boolean
}

export interface Target {
  readonly arn: string
  readonly roleArn: string
  readonly input?: string
  readonly deadLetterArn?: string
  readonly retriesMax?: number
  readonly ageSecondsMax?: number
  /** Of event buses. */
  readonly event?: { readonly detailType: string; readonly source: string }
  /** Of data streams. */
  readonly partitionKey?: string
  /** Of FIFO queues. */
  readonly messageGroupId?: string
}

export interface ScheduleName {
  readonly group: string
  readonly name: string
}

export interface Schedule extends ScheduleName {
  readonly settings: ScheduleSettings
  readonly anchorMs: number
  readonly createdMs: number
  readonly modifiedMs: number
  /** Of the request that made it, to know the same request again. */
  readonly clientToken?: string
  /** The next invocation; absent when there is none, or none any more. */
  readonly next?: Occurrence
}

export interface Occurrence {
  /** The time of the schedule. */
  readonly atMs: number
  /** When it begins, within the window. */
  readonly dueMs: number
}

export const DEFAULT_GROUP = 'default'

export function scheduleArn({ accountId, region }: Scope, { group, name }: ScheduleName): string {
  return formatArn({
    service: 'scheduler',
    region,
    accountId,
    resource: `schedule/${group}/${name}`,
  })
}

export function groupArn({ accountId, region }: Scope, name: string): string {
  return formatArn({ service: 'scheduler', region, accountId, resource: `schedule-group/${name}` })
}
