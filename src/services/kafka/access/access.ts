import type { Clock } from '../../../base/clock.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { Authorizer } from '../parts.ts'
import type { Acls } from './acls.ts'
import { createAcls } from './acls.ts'
import { createAuthorizer } from './authorizer.ts'
import type { Quotas } from './quotas.ts'
import { createQuotas } from './quotas.ts'
import type { ScramUsers } from './scram-users.ts'
import { createScramUsers } from './scram-users.ts'

/** Who may use the broker, for what, and how fast. */
export interface Access {
  readonly users: ScramUsers
  readonly acls: Acls
  readonly quotas: Quotas
  readonly authorizer: Authorizer
  /** To be held by every connection while requests are served for it. */
  hold(scope: Scope): Promise<() => void>
  /** Removes the users of an account, or of all, before its other documents are swept. */
  removeEverything(accountId?: string): Promise<void>
  /** Sees what was changed behind its back: by a reset, or by another node. */
  reload(accountId?: string): Promise<void>
  /** Resolves when the signal has aborted. */
  run(signal: AbortSignal): Promise<void>
}

export interface AccessDeps {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

/** How long the rules that another node made may go unseen. */
const RELOAD_MS = 5_000

export function createAccess(deps: AccessDeps): Access {
  const { meta, clock, log } = deps
  const users = createScramUsers(deps)
  const acls = createAcls(meta)
  const quotas = createQuotas(deps)

  async function reload(accountId?: string): Promise<void> {
    await acls.reloadAll(accountId)
    await quotas.reloadAll(accountId)
  }

  return {
    users,
    acls,
    quotas,
    authorizer: createAuthorizer(acls),
    async hold(scope) {
      const releaseAcls = await acls.hold(scope)
      try {
        const releaseQuotas = await quotas.hold(scope)
        return () => {
          releaseAcls()
          releaseQuotas()
        }
      } catch (error) {
        releaseAcls()
        throw error
      }
    },
    removeEverything: users.removeEverything,
    reload,
    async run(signal) {
      if (!meta.capabilities.shared) return
      while (!signal.aborted) {
        await clock.sleep(RELOAD_MS, signal)
        if (signal.aborted) return
        try {
          await reload()
        } catch (error) {
          // Those that are known go on to hold; the next round reads them again.
          log.error({ err: error }, 'the rules of access could not be read')
        }
      }
    },
  }
}
