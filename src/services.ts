import { assert } from './base/assert.ts'
import type { Clock } from './base/clock.ts'
import type { Logger } from './base/logger.ts'
import type { Metrics } from './base/metrics.ts'
import type { Random } from './base/random.ts'
import type { Config } from './config.ts'
import { createBackground } from './engines/meta/background.ts'
import { createLeases } from './engines/meta/leases.ts'
import { ensureSecret } from './engines/meta/secrets.ts'
import type { Engines } from './open-engines.ts'
import type { Keys } from './server/keys.ts'
import { createPolicies } from './services/iam/policies.ts'
import { createRoles } from './services/iam/roles.ts'
import { createIamService } from './services/iam/service.ts'
import { createStsService } from './services/sts/service.ts'
import type { Sessions } from './services/sts/sessions.ts'
import { createSessions } from './services/sts/sessions.ts'
import type { Service } from './wire/operation.ts'

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

export interface Services {
  readonly services: ReadonlyArray<Service>
  readonly sessions: Sessions
  /** Tells user code where to reach us; called once, when the listener has its port. */
  setEndpoint(endpoint: string): void
  /** Removes what one account, or everybody, keeps. */
  reset(target: { readonly accountId: string } | 'everything'): Promise<void>
}

/** All nouns and services on top of the engines; what each is given is all that it can use. */
export async function createServices(deps: ServicesDeps): Promise<Services> {
  const { engines, keys, clock, random, log, metrics } = deps
  const { meta } = engines
  let endpoint: string | undefined
  const endpointOf = () => {
    assert(endpoint, 'user code runs only after the listener has its port')
    return endpoint
  }
  const leases = createLeases({ meta, clock, owner: random.uuid(), log })
  const background = createBackground({ leases, clock, random, log, metrics })
  const sessions = createSessions({ rootSecret: await ensureSecret(meta, random), clock, random })
  const accountOfKey = async (id: string) => (await keys.find(id))?.accountId
  const deps2 = { meta, clock, random }
  void background
  void endpointOf

  return {
    services: [
      createStsService({ sessions, accountOfKey }),
      createIamService({ roles: createRoles(deps2), policies: createPolicies(deps2) }),
    ],
    sessions,
    setEndpoint(url) {
      endpoint = url
    },
    async reset() {},
  }
}
