import { dateOf } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import type { Input, Output } from '../../wire/contract.ts'
import type { Sdk } from './contract.ts'
import { schedulerLimits } from './limits.ts'
import type { Schedule, ScheduleName, ScheduleSettings, Target } from './schedule.ts'
import { DEFAULT_GROUP, scheduleArn } from './schedule.ts'
import { notSupported, validation } from './scheduler-errors.ts'
import { checkTiming } from './timing.ts'

type WireSchedule = Input<Sdk, 'CreateSchedule'>

/** Throws AWS's refusals of what cannot be, and those by name of what is not built. */
export function settingsOf(input: WireSchedule): ScheduleSettings {
  const { ScheduleExpression, ScheduleExpressionTimezone, StartDate, EndDate } = input
  const timing = {
    expression: ScheduleExpression,
    timeZone: ScheduleExpressionTimezone ?? 'UTC',
    ...(StartDate !== undefined && { startMs: StartDate.getTime() }),
    ...(EndDate !== undefined && { endMs: EndDate.getTime() }),
  }
  checkTiming({ ...timing, anchorMs: 0 })
  return {
    timing,
    ...(input.Description !== undefined && { description: input.Description }),
    enabled: input.State !== 'DISABLED',
    windowMinutes: windowOf(input.FlexibleTimeWindow),
    target: targetOf(input.Target),
    deleteWhenDone: input.ActionAfterCompletion === 'DELETE',
  }
}

function windowOf({ Mode, MaximumWindowInMinutes }: WireSchedule['FlexibleTimeWindow']): number {
  if (Mode === 'FLEXIBLE') {
    if (MaximumWindowInMinutes !== undefined) return MaximumWindowInMinutes
    throw validation('MaximumWindowInMinutes must be provided if Mode is set to FLEXIBLE.')
  }
  if (MaximumWindowInMinutes === undefined) return 0
  throw validation('MaximumWindowInMinutes must not be provided if Mode is set to OFF.')
}

type WireTarget = WireSchedule['Target']

/** Members of a target that this build cannot honour. */
const refusedOfTarget = [
  'EcsParameters',
  'SageMakerPipelineParameters',
  'EventBridgePutEventsV2Parameters',
  'EventBridgePutRawEventsParameters',
] as const satisfies ReadonlyArray<keyof WireTarget>

function targetOf(wire: WireTarget): Target {
  for (const name of refusedOfTarget) if (wire[name]) throw notSupported(`Target.${name}`)
  const { RetryPolicy, EventBridgeParameters, KinesisParameters, SqsParameters } = wire
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = RetryPolicy ?? {}
  return {
    arn: wire.Arn,
    roleArn: wire.RoleArn,
    ...(wire.Input !== undefined && { input: wire.Input }),
    ...(wire.DeadLetterConfig?.Arn !== undefined && { deadLetterArn: wire.DeadLetterConfig.Arn }),
    ...(MaximumRetryAttempts !== undefined && { retriesMax: MaximumRetryAttempts }),
    ...(MaximumEventAgeInSeconds !== undefined && { ageSecondsMax: MaximumEventAgeInSeconds }),
    ...(EventBridgeParameters && {
      event: {
        detailType: EventBridgeParameters.DetailType,
        source: EventBridgeParameters.Source,
      },
    }),
    ...(KinesisParameters && { partitionKey: KinesisParameters.PartitionKey }),
    ...(SqsParameters?.MessageGroupId !== undefined && {
      messageGroupId: SqsParameters.MessageGroupId,
    }),
  }
}

export function wireSchedule(scope: Scope, schedule: Schedule): Output<Sdk, 'GetSchedule'> {
  const { group, name, settings, createdMs, modifiedMs } = schedule
  const { timing, windowMinutes } = settings
  return {
    Arn: scheduleArn(scope, schedule),
    GroupName: group,
    Name: name,
    Description: settings.description,
    ScheduleExpression: timing.expression,
    ScheduleExpressionTimezone: timing.timeZone,
    StartDate: timing.startMs === undefined ? undefined : dateOf(timing.startMs),
    EndDate: timing.endMs === undefined ? undefined : dateOf(timing.endMs),
    State: settings.enabled ? 'ENABLED' : 'DISABLED',
    CreationDate: dateOf(createdMs),
    LastModificationDate: dateOf(modifiedMs),
    FlexibleTimeWindow:
      windowMinutes === 0
        ? { Mode: 'OFF' }
        : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: windowMinutes },
    ActionAfterCompletion: settings.deleteWhenDone ? 'DELETE' : 'NONE',
    Target: wireTarget(settings.target),
  }
}

function wireTarget(target: Target) {
  const { deadLetterArn, event, partitionKey, messageGroupId } = target
  return {
    Arn: target.arn,
    RoleArn: target.roleArn,
    Input: target.input,
    // AWS: the policy is always told, with what holds where none was given.
    RetryPolicy: {
      MaximumEventAgeInSeconds: target.ageSecondsMax ?? schedulerLimits.eventAgeSecondsMax,
      MaximumRetryAttempts: target.retriesMax ?? schedulerLimits.retriesMax,
    },
    ...(deadLetterArn !== undefined && { DeadLetterConfig: { Arn: deadLetterArn } }),
    ...(event && {
      EventBridgeParameters: { DetailType: event.detailType, Source: event.source },
    }),
    ...(partitionKey !== undefined && { KinesisParameters: { PartitionKey: partitionKey } }),
    ...(messageGroupId !== undefined && { SqsParameters: { MessageGroupId: messageGroupId } }),
  }
}

export function nameOf(input: {
  readonly GroupName?: string | undefined
  readonly Name: string
}): ScheduleName {
  return { group: input.GroupName ?? DEFAULT_GROUP, name: input.Name }
}
