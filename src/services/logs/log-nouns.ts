import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { LogsDeps } from './contract.ts'
import { createLogEvents } from './log-events.ts'
import { createLogGroups } from './log-groups.ts'
import { createLogReader } from './log-reader.ts'
import { createLogStreams } from './log-streams.ts'
import { createResourcePolicies } from './resource-policies.ts'

/** The nouns of the service, on one another. `groups` is what other services write to. */
export function createLogNouns(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): LogsDeps {
  const events = createLogEvents(deps.meta)
  const streams = createLogStreams({ ...deps, events })
  const groups = createLogGroups({ ...deps, streams })
  const reader = createLogReader({ groups, streams, events })
  const resourcePolicies = createResourcePolicies(deps)
  return { events, streams, groups, reader, resourcePolicies, clock: deps.clock }
}
