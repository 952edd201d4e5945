import type { Clock } from '../../base/clock.ts'
import type { EventTarget } from '../../base/event-target.ts'
import type { Random } from '../../base/random.ts'
import type { ServiceEvents } from '../../base/service-events.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { ApiDestinations } from './api-destinations/api-destinations.ts'
import { createApiDestinations } from './api-destinations/api-destinations.ts'
import type { Connections } from './api-destinations/connections.ts'
import { createConnections } from './api-destinations/connections.ts'
import type { ArchivedEvents } from './archived-events.ts'
import { createArchivedEvents } from './archived-events.ts'
import type { Archives } from './archives.ts'
import { createArchives } from './archives.ts'
import type { Buses } from './buses.ts'
import { createBuses } from './buses.ts'
import type { EventQueue } from './event-queue.ts'
import { createEventQueue } from './event-queue.ts'
import type { Replays } from './replays.ts'
import { createReplays } from './replays.ts'
import type { RuleSchedules } from './rule-schedules.ts'
import { createRuleSchedules } from './rule-schedules.ts'
import type { Rules } from './rules.ts'
import { createRules } from './rules.ts'
import { createServiceBus } from './service-bus.ts'
import { createBusTarget } from './targets/bus-target.ts'

export interface EventNouns {
  readonly connections: Connections
  readonly apiDestinations: ApiDestinations
  readonly archives: Archives
  readonly archivedEvents: ArchivedEvents
  readonly replays: Replays
  readonly buses: Buses
  readonly rules: Rules
  readonly queue: EventQueue
  readonly ruleSchedules: RuleSchedules
  /** Buses as destinations of other services. */
  readonly busTarget: EventTarget
  /** The default bus as services of the house see it. */
  readonly serviceBus: ServiceEvents
}

export function createEventNouns(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): EventNouns {
  const buses = createBuses(deps)
  const queue = createEventQueue(deps)
  const busTarget = createBusTarget({ ...deps, buses, queue })
  const rules = createRules(deps.meta)
  const ruleSchedules = createRuleSchedules({ ...deps, rules, queue })
  const serviceBus = createServiceBus({ ...deps, queue })
  const archives = createArchives(deps)
  const archivedEvents = createArchivedEvents({ ...deps, archives })
  const replays = createReplays(deps)
  return {
    connections: createConnections(deps),
    apiDestinations: createApiDestinations(deps),
    archives,
    archivedEvents,
    replays,
    buses,
    queue,
    busTarget,
    rules,
    ruleSchedules,
    serviceBus,
  }
}
