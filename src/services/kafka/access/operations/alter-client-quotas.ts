import type { KafkaRequest } from '../../../../wire/kafka/apis.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { accessLimits } from '../limits.ts'
import type { QuotaName } from '../quota.ts'
import { quotaNames } from '../quota.ts'
import type { AccessOperationDeps } from './access-deps.ts'
import {
  CLUSTER_DENIED,
  invalidRequest,
  mayWithCluster,
  NO_ERROR,
  policyViolation,
} from './access-deps.ts'
import { readQuotaEntity } from './wire-quota.ts'

type Entry = KafkaRequest<'alterClientQuotas'>['entries'][number]
type Rates = Partial<Record<QuotaName, number | null>>

export const alterClientQuotas: KafkaOperation<AccessOperationDeps, 'alterClientQuotas'> = {
  name: 'alterClientQuotas',
  async run(deps, { entries, validateOnly }, context) {
    const isAllowed = mayWithCluster(deps, context, 'alter-configs')
    const results = []
    for (const entry of entries) {
      const result = isAllowed ? await alter(deps, entry, validateOnly, context) : CLUSTER_DENIED
      results.push({ ...result, entity: entry.entity })
    }
    return { entries: results }
  },
}

async function alter(
  deps: AccessOperationDeps,
  { entity: wire, ops }: Entry,
  validateOnly: boolean,
  { connection }: KafkaContext,
) {
  const entity = readQuotaEntity(wire)
  if (typeof entity === 'string') return invalidRequest(entity)
  const rates = readRates(ops)
  if (typeof rates === 'string') return invalidRequest(rates)
  if (validateOnly) return NO_ERROR
  const changed = await deps.quotas.change(connection, entity, rates)
  if (changed === 'changed') return NO_ERROR
  return policyViolation(`An account has at most ${accessLimits.quotasMax} quotas.`)
}

function readRates(ops: Entry['ops']): Rates | string {
  const rates: Rates = {}
  for (const { key, value, remove } of ops) {
    const name = quotaNames.find((known) => known === key)
    if (!name) {
      return `The quota '${key}' is not served: ${quotaNames.join(' and ')} are.`
    }
    if (name in rates) return `The quota '${key}' is altered twice.`
    if (!remove && !(value > 0 && Number.isFinite(value))) {
      return `Quota ${key} must be greater than 0`
    }
    rates[name] = remove ? null : value
  }
  return rates
}
