/** Bytes a second that quotas limit; Kafka's other kinds are refused by name. */
export const quotaNames = ['producer_byte_rate', 'consumer_byte_rate'] as const

export type QuotaName = (typeof quotaNames)[number]

/** Whom a quota is for. `null`: all who have none of their own; absent: it does not say. */
export interface QuotaEntity {
  readonly user?: string | null
  readonly clientId?: string | null
}

export interface Quota {
  readonly entity: QuotaEntity
  readonly rates: Readonly<Partial<Record<QuotaName, number>>>
}

/** The quota that holds for somebody, and the name under which its use is counted. */
export interface FoundQuota {
  readonly bytesPerSecond: number
  readonly account: string
}

/** The quotas of one account in one region, ready to be asked. */
export interface QuotaRules {
  find(user: string, clientId: string, name: QuotaName): FoundQuota | undefined
}

export function createQuotaRules(quotas: ReadonlyArray<Quota>): QuotaRules {
  const byEntity = new Map(quotas.map((quota) => [entityKey(quota.entity), quota]))
  return {
    find(user, clientId, name) {
      if (byEntity.size === 0) return undefined
      for (const [entity, account] of candidates(user, clientId)) {
        const bytesPerSecond = byEntity.get(entityKey(entity))?.rates[name]
        if (bytesPerSecond !== undefined) return { bytesPerSecond, account: `${name}/${account}` }
      }
      return undefined
    },
  }
}

/**
 * The entities whose quota may hold, most special first (Kafka documentation, Quotas). What an entity
 * does not say is shared: a quota of a user counts all its clients together.
 */
function candidates(user: string, clientId: string): [QuotaEntity, string][] {
  const both = JSON.stringify([user, clientId])
  const one = JSON.stringify([user, null])
  const client = JSON.stringify([null, clientId])
  return [
    [{ user, clientId }, both],
    [{ user, clientId: null }, both],
    [{ user }, one],
    [{ user: null, clientId }, both],
    [{ user: null, clientId: null }, both],
    [{ user: null }, one],
    [{ clientId }, client],
    [{ clientId: null }, client],
  ]
}

/** One text an entity. */
export function entityKey({ user, clientId }: QuotaEntity): string {
  const part = (name: string | null | undefined) =>
    name === undefined ? [] : name === null ? ['default'] : ['named', name]
  return JSON.stringify([part(user), part(clientId)])
}
