import { createHash } from 'node:crypto'
import type { Clock } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { accessLimits } from './limits.ts'
import type { Quota, QuotaEntity, QuotaName, QuotaRules } from './quota.ts'
import { createQuotaRules, entityKey } from './quota.ts'
import type { RuleCache } from './rule-cache.ts'
import { createRuleCache } from './rule-cache.ts'

/** How fast clients may write and read. A change is durable, and holds, when its promise resolves. */
export interface Quotas extends Pick<RuleCache<QuotaRules>, 'hold' | 'reloadAll'> {
  list(scope: Scope): Promise<ReadonlyArray<Quota>>
  /** Sets rates, removes those that are null. `full`: there are as many as there may be. */
  change(
    scope: Scope,
    entity: QuotaEntity,
    rates: Readonly<Partial<Record<QuotaName, number | null>>>,
  ): Promise<'changed' | 'full'>
  /** Counts bytes that passed, and answers for how long their client has to be silent now. */
  charge(
    client: Scope & { readonly principal: string },
    clientId: string,
    name: QuotaName,
    bytes: number,
  ): number
}

/** Beyond it, accounts without debt are forgotten: they are as good as new ones. */
const ACCOUNTS_MAX = 10_000

export function createQuotas(deps: { readonly meta: MetaStore; readonly clock: Clock }): Quotas {
  const { meta, clock } = deps
  const documents = createDocuments<Quota>(meta, 'kafka/quota')
  const list = async (scope: Scope) => {
    const found = await documents.list(scope, { limit: accessLimits.quotasMax })
    return found.map(({ value }) => value)
  }
  const cache = createRuleCache(async (scope) => createQuotaRules(await list(scope)))
  /** By whom: until when what was used is paid for. */
  const paidUntilMs = new Map<string, number>()

  const change: Quotas['change'] = async (scope, entity, rates) => {
    const id = idOf(entity)
    const apply = (current: Quota['rates']): Quota => {
      const next = Object.entries({ ...current, ...rates }).filter(([, rate]) => rate !== null)
      return { entity, rates: Object.fromEntries(next) }
    }
    const changed = await documents.update(scope, [id], (quota) => apply(quota.rates))
    if (!changed) {
      const made = apply({})
      if (Object.keys(made.rates).length === 0) return 'changed'
      if ((await list(scope)).length >= accessLimits.quotasMax) return 'full'
      if (!(await documents.create(scope, [id], made))) return change(scope, entity, rates)
    } else if (Object.keys(changed.rates).length === 0) {
      await documents.remove(scope, id)
    }
    await cache.reload(scope)
    return 'changed'
  }

  return {
    hold: cache.hold,
    reloadAll: cache.reloadAll,
    list,
    change,
    charge({ accountId, region, principal }, clientId, name, bytes) {
      const rules = cache.rules({ accountId, region })
      const quota = rules?.find(principal.replace(/^User:/, ''), clientId, name)
      if (!quota) return 0
      const nowMs = clock.monotonicMs()
      const account = `${accountId}/${region}/${quota.account}`
      if (paidUntilMs.size >= ACCOUNTS_MAX) forgetPaid(paidUntilMs, nowMs)
      const fromMs = Math.max(paidUntilMs.get(account) ?? 0, nowMs - accessLimits.quotaBurstMs)
      const untilMs = fromMs + (bytes * 1000) / quota.bytesPerSecond
      paidUntilMs.set(account, untilMs)
      return Math.min(accessLimits.throttleMsMax, Math.max(0, Math.ceil(untilMs - nowMs)))
    },
  }
}

function forgetPaid(paidUntilMs: Map<string, number>, nowMs: number): void {
  for (const [account, untilMs] of paidUntilMs) if (untilMs <= nowMs) paidUntilMs.delete(account)
  const [oldest] = paidUntilMs.keys()
  if (paidUntilMs.size >= ACCOUNTS_MAX && oldest !== undefined) paidUntilMs.delete(oldest)
}

/** One id an entity, of a length that every key can have. */
function idOf(entity: QuotaEntity): string {
  return createHash('sha256').update(entityKey(entity)).digest('hex')
}
