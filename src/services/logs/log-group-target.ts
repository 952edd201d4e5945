import { createHash } from 'node:crypto'
import { parseArn } from '../../base/arn.ts'
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { EventSender, EventTarget } from '../../base/event-target.ts'
import { groupArn, groupNameOf } from './log-arns.ts'
import type { LogGroups } from './log-groups.ts'
import type { ResourcePolicies } from './resource-policies.ts'

/**
 * Log groups as destinations of events: each is one event of a log stream that the sender has for
 * itself. As on AWS, a resource policy of the account must let the sender's service write there.
 */
export function createLogGroupTarget(deps: {
  readonly groups: LogGroups
  readonly resourcePolicies: ResourcePolicies
  readonly clock: Clock
}): EventTarget {
  const { groups, resourcePolicies, clock } = deps

  async function reach(arn: string, sender: EventSender) {
    const { accountId = '', region = '' } = parseArn(arn) ?? {}
    const scope = { accountId, region }
    const target = { group: groupNameOf(arn), stream: streamOf(sender) }
    await groups.group(scope, target.group)
    const resource = `${groupArn(scope, target.group)}:log-stream:${target.stream}`
    if (await resourcePolicies.allows(scope, sender, resource)) return { scope, target }
    throw new ServiceError(
      'AccessDeniedException',
      `No resource policy of CloudWatch Logs allows ${sender.principal} to write to ${arn}.`,
      { status: 403 },
    )
  }

  return {
    service: 'logs',
    async validate(arn, sender) {
      await reach(arn, sender)
    },
    async deliver(arn, { body }, sender) {
      const { scope, target } = await reach(arn, sender)
      const message = Buffer.from(body).toString('utf8')
      await groups.append(scope, target, [{ timestampMs: clock.wallMs(), message }])
    },
  }
}

/** AWS: names of streams look like UUIDs. */
function streamOf({ sourceArn }: EventSender): string {
  const text = createHash('sha256').update(sourceArn).digest('hex')
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20)]
    .concat(text.slice(20, 32))
    .join('-')
}
