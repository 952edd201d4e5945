import { parseArn } from '../../base/arn.ts'
import { dateOf } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import { schedulerLimits } from './limits.ts'
import { groupArn } from './schedule.ts'
import type { ScheduleGroup } from './schedule-groups.ts'
import { groupMissing, quotaExceeded, validation } from './scheduler-errors.ts'

type Tags = ScheduleGroup['tags']

export function wireGroup(scope: Scope, { name, deleting, createdMs, modifiedMs }: ScheduleGroup) {
  return {
    Arn: groupArn(scope, name),
    Name: name,
    State: deleting ? ('DELETING' as const) : ('ACTIVE' as const),
    // The default group was there before anybody could have made it.
    ...(createdMs > 0 && { CreationDate: dateOf(createdMs) }),
    ...(modifiedMs > 0 && { LastModificationDate: dateOf(modifiedMs) }),
  }
}

/** The group that an ARN names. Only groups have tags. */
export function groupNameOf({ accountId, region }: Scope, arn: string): string {
  const parsed = parseArn(arn)
  const [kind, name = ''] = parsed?.resource.split('/') ?? []
  if (kind !== 'schedule-group') throw validation(`Invalid resource ARN ${arn}.`)
  if (parsed?.accountId === accountId && parsed.region === region) return name
  throw groupMissing(name)
}

/** Tags after some were added. */
export function withTags(
  tags: Tags,
  added: ReadonlyArray<{ readonly Key: string; readonly Value: string }>,
): Tags {
  const all = { ...tags, ...Object.fromEntries(added.map(({ Key, Value }) => [Key, Value])) }
  if (Object.keys(all).length <= schedulerLimits.tagsMax) return all
  throw quotaExceeded(`A schedule group has at most ${schedulerLimits.tagsMax} tags.`)
}
