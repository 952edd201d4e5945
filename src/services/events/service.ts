import type { Clock } from '../../base/clock.ts'
import type { EventTarget } from '../../base/event-target.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Random } from '../../base/random.ts'
import type { Background } from '../../engines/meta/background.ts'
import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import { createDeliveryLoop } from './delivery-loop.ts'
import type { EventNouns } from './events-nouns.ts'
import { createEventBus } from './operations/create-event-bus.ts'
import { deleteEventBus } from './operations/delete-event-bus.ts'
import { deleteRule } from './operations/delete-rule.ts'
import { describeEventBus } from './operations/describe-event-bus.ts'
import { describeRule } from './operations/describe-rule.ts'
import { disableRule } from './operations/disable-rule.ts'
import { enableRule } from './operations/enable-rule.ts'
import { listEventBuses } from './operations/list-event-buses.ts'
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
import { tagResource } from './operations/tag-resource.ts'
import { testEventPattern } from './operations/test-event-pattern.ts'
import { untagResource } from './operations/untag-resource.ts'
import { updateEventBus } from './operations/update-event-bus.ts'
import { createResourceTags } from './resource-tags.ts'

export function createEventsService(deps: {
  readonly nouns: EventNouns
  /** Where events can go; a kind that is not among them is refused by name. */
  readonly targets: ReadonlyArray<EventTarget>
  readonly background: Background
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
}): Service {
  const { nouns, clock, random, background } = deps
  const targets = new Map(deps.targets.map((target) => [target.service, target]))
  const resourceTags = createResourceTags(nouns)
  return {
    name: 'eventbridge',
    operations: bindOperations({ ...nouns, resourceTags, targets, clock, random }, operations),
    async start(signal) {
      const { round } = nouns.ruleSchedules
      const schedules = background.run({ name: 'events/schedules', round }, signal)
      const delivery = createDeliveryLoop({ ...deps, ...nouns, targets }).start(signal)
      await Promise.all([schedules, delivery])
    },
  }
}

const operations = [
  createEventBus,
  deleteEventBus,
  deleteRule,
  describeEventBus,
  describeRule,
  disableRule,
  enableRule,
  listEventBuses,
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
  tagResource,
  testEventPattern,
  untagResource,
  updateEventBus,
]
