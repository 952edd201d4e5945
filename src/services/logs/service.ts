import type { Background } from '../../engines/meta/background.ts'
import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import type { LogsDeps } from './contract.ts'
import { createLogGroup } from './operations/create-log-group.ts'
import { createLogStream } from './operations/create-log-stream.ts'
import { deleteLogGroup } from './operations/delete-log-group.ts'
import { deleteLogStream } from './operations/delete-log-stream.ts'
import { deleteResourcePolicy } from './operations/delete-resource-policy.ts'
import { deleteRetentionPolicy } from './operations/delete-retention-policy.ts'
import { describeLogGroups } from './operations/describe-log-groups.ts'
import { describeLogStreams } from './operations/describe-log-streams.ts'
import { describeResourcePolicies } from './operations/describe-resource-policies.ts'
import { filterLogEvents } from './operations/filter-log-events.ts'
import { getLogEvents } from './operations/get-log-events.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { listTagsLogGroup } from './operations/list-tags-log-group.ts'
import { putLogEvents } from './operations/put-log-events.ts'
import { putResourcePolicy } from './operations/put-resource-policy.ts'
import { putRetentionPolicy } from './operations/put-retention-policy.ts'
import { tagLogGroup } from './operations/tag-log-group.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagLogGroup } from './operations/untag-log-group.ts'
import { untagResource } from './operations/untag-resource.ts'

/** How often expired events are looked for; reading hides them at once. */
const EXPIRY_INTERVAL_MS = 600_000

export function createLogsService(deps: LogsDeps & { readonly background: Background }): Service {
  const expiry = {
    name: 'logs/expiry',
    async round() {
      await deps.groups.expire()
      return EXPIRY_INTERVAL_MS
    },
  }
  return {
    name: 'cloudwatch-logs',
    start: (signal) => deps.background.run(expiry, signal),
    operations: bindOperations(deps, [
      createLogGroup,
      createLogStream,
      deleteLogGroup,
      deleteLogStream,
      deleteResourcePolicy,
      deleteRetentionPolicy,
      describeLogGroups,
      describeLogStreams,
      describeResourcePolicies,
      filterLogEvents,
      getLogEvents,
      listTagsForResource,
      listTagsLogGroup,
      putLogEvents,
      putResourcePolicy,
      putRetentionPolicy,
      tagLogGroup,
      tagResource,
      untagLogGroup,
      untagResource,
    ]),
  }
}
