import type { Clock } from '../../base/clock.ts'
import type { EventTarget } from '../../base/event-target.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Random } from '../../base/random.ts'
import type { Background } from '../../engines/meta/background.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import type { Roles } from '../iam/roles.ts'
import { createAccessTokens } from './api-destinations/access-tokens.ts'
import { createApiDestinationTarget } from './api-destinations/api-destination-target.ts'
import { createDeliveryLoop } from './delivery-loop.ts'
import type { EventNouns } from './events-nouns.ts'
import { cancelReplay } from './operations/cancel-replay.ts'
import { createApiDestination } from './operations/create-api-destination.ts'
import { createArchive } from './operations/create-archive.ts'
import { createConnection } from './operations/create-connection.ts'
import { createEventBus } from './operations/create-event-bus.ts'
import { deauthorizeConnection } from './operations/deauthorize-connection.ts'
import { deleteApiDestination } from './operations/delete-api-destination.ts'
import { deleteArchive } from './operations/delete-archive.ts'
import { deleteConnection } from './operations/delete-connection.ts'
import { deleteEventBus } from './operations/delete-event-bus.ts'
import { deleteRule } from './operations/delete-rule.ts'
import { describeApiDestination } from './operations/describe-api-destination.ts'
import { describeArchive } from './operations/describe-archive.ts'
import { describeConnection } from './operations/describe-connection.ts'
import { describeEventBus } from './operations/describe-event-bus.ts'
import { describeReplay } from './operations/describe-replay.ts'
import { describeRule } from './operations/describe-rule.ts'
import { disableRule } from './operations/disable-rule.ts'
import { enableRule } from './operations/enable-rule.ts'
import { listApiDestinations } from './operations/list-api-destinations.ts'
import { listArchives } from './operations/list-archives.ts'
import { listConnections } from './operations/list-connections.ts'
import { listEventBuses } from './operations/list-event-buses.ts'
import { listReplays } from './operations/list-replays.ts'
import { listRuleNamesByTarget } from './operations/list-rule-names-by-target.ts'
import { listRules } from './operations/list-rules.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { listTargetsByRule } from './operations/list-targets-by-rule.ts'
import { putEvents } from './operations/put-events.ts'
import { putPermission } from './operations/put-permission.ts'
import { putRule } from './operations/put-rule.ts'
import { putTargets } from './operations/put-targets.ts'
import { removePermission } from './operations/remove-permission.ts'
import { removeTargets } from './operations/remove-targets.ts'
import { startReplay } from './operations/start-replay.ts'
import { tagResource } from './operations/tag-resource.ts'
import { testEventPattern } from './operations/test-event-pattern.ts'
import { untagResource } from './operations/untag-resource.ts'
import { updateApiDestination } from './operations/update-api-destination.ts'
import { updateArchive } from './operations/update-archive.ts'
import { updateConnection } from './operations/update-connection.ts'
import { updateEventBus } from './operations/update-event-bus.ts'
import { createReplayRun } from './replay-run.ts'
import { createResourceTags } from './resource-tags.ts'
import { createTargetCheck } from './target-check.ts'

export function createEventsService(deps: {
  readonly nouns: EventNouns
  readonly roles: Roles
  /** Where events can go, by kind; what is not among them is refused by name. */
  readonly targets: ReadonlyArray<EventTarget>
  readonly meta: MetaStore
  readonly background: Background
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
}): Service {
  const { nouns, roles, clock, random, background } = deps
  const tokens = createAccessTokens({ ...deps, ...nouns })
  const receivers = [...deps.targets, createApiDestinationTarget({ ...deps, ...nouns, tokens })]
  const targets = new Map(receivers.map((target) => [target.service, target]))
  const resourceTags = createResourceTags(nouns)
  const targetCheck = createTargetCheck({ roles, targets })
  return {
    name: 'eventbridge',
    operations: bindOperations({ ...nouns, resourceTags, targetCheck, clock, random }, operations),
    async start(signal) {
      const { round } = nouns.ruleSchedules
      const schedules = background.run({ name: 'events/schedules', round }, signal)
      const delivery = createDeliveryLoop({ ...deps, ...nouns, targets, targetCheck }).start(signal)
      const archives = { name: 'events/archives', round: nouns.archivedEvents.round }
      const replays = createReplayRun({ ...deps, ...nouns })
      await Promise.all([
        ...[schedules, delivery],
        ...[archives, replays, tokens.work].map((work) => background.run(work, signal)),
      ])
    },
  }
}

const operations = [
  cancelReplay,
  createApiDestination,
  createArchive,
  createConnection,
  createEventBus,
  deauthorizeConnection,
  deleteApiDestination,
  deleteArchive,
  deleteConnection,
  deleteEventBus,
  deleteRule,
  describeApiDestination,
  describeArchive,
  describeConnection,
  describeEventBus,
  describeReplay,
  describeRule,
  disableRule,
  enableRule,
  listApiDestinations,
  listArchives,
  listConnections,
  listEventBuses,
  listReplays,
  listRuleNamesByTarget,
  listRules,
  listTagsForResource,
  listTargetsByRule,
  putEvents,
  putPermission,
  putRule,
  putTargets,
  removePermission,
  removeTargets,
  startReplay,
  tagResource,
  testEventPattern,
  untagResource,
  updateApiDestination,
  updateArchive,
  updateConnection,
  updateEventBus,
]
