import { join } from 'node:path'
import { assert } from './base/assert.ts'
import type { Clock } from './base/clock.ts'
import type { Logger } from './base/logger.ts'
import type { Metrics } from './base/metrics.ts'
import type { Random } from './base/random.ts'
import type { ServiceEvents } from './base/service-events.ts'
import type { Config } from './config.ts'
import type { Background } from './engines/meta/background.ts'
import { createBackground } from './engines/meta/background.ts'
import { createLeases } from './engines/meta/leases.ts'
import { ensureSecret } from './engines/meta/secrets.ts'
import type { Engines } from './open-engines.ts'
import type { Keys } from './server/keys.ts'
import type { EventNouns } from './services/events/events-nouns.ts'
import { createEventNouns } from './services/events/events-nouns.ts'
import type { BrokerEntrance } from './services/kafka/broker-entrance.ts'
import type { Sessions } from './services/sts/sessions.ts'
import { createSessions } from './services/sts/sessions.ts'
import type { OwnCalls } from './wire/own-calls.ts'

export interface ServicesDeps {
  readonly config: Config
  readonly engines: Engines
  readonly keys: Keys
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
  readonly distDirectory: string
}

/** What every noun is made with. */
export interface Ground extends ServicesDeps {
  readonly meta: Engines['meta']
  readonly background: Background
  readonly sessions: Sessions
  readonly eventNouns: EventNouns
  /** The default bus, for services that tell what they did. */
  readonly events: ServiceEvents
  /** Where user code reaches this server. */
  readonly endpoint: () => string
  /** The operations of all services. */
  readonly ownCalls: () => OwnCalls
  readonly pythonDirectory: string
  readonly rootSecret: string
  readonly broker: BrokerEntrance
}

/** Whatever is known only after the start is set later, once. */
export async function createGround(deps: ServicesDeps) {
  const { engines, clock, random } = deps
  const { meta } = engines
  const rootSecret = await ensureSecret(meta, random)
  let address: string | undefined
  let door: BrokerEntrance | undefined
  let ownCalls: OwnCalls | undefined
  const eventNouns = createEventNouns({ ...deps, meta })
  const ground: Ground = {
    ...deps,
    meta,
    eventNouns,
    events: eventNouns.serviceBus,
    background: createBackground({
      ...deps,
      leases: createLeases({ ...deps, meta, owner: random.uuid() }),
    }),
    sessions: createSessions({ rootSecret, clock, random }),
    endpoint() {
      assert(address, 'user code runs only after the listener has its port')
      return address
    },
    ownCalls() {
      assert(ownCalls, 'schedules are made only after the server listens')
      return ownCalls
    },
    pythonDirectory: join(deps.distDirectory, '..', 'python'),
    rootSecret,
    broker: { address: () => door?.address(), ensureStarted: async () => door?.ensureStarted() },
  }
  const setEndpoint = (endpoint: string) => {
    address = endpoint
  }
  const setOwnCalls = (calls: OwnCalls) => {
    ownCalls = calls
  }
  const setBroker = (broker: BrokerEntrance) => {
    door = broker
  }
  return { ground, setEndpoint, setBroker, setOwnCalls }
}
