import type { KafkaRequest } from '../../../../wire/kafka/apis.ts'
import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { Quota } from '../quota.ts'
import type { AccessOperationDeps } from './access-deps.ts'
import { CLUSTER_DENIED, invalidRequest, mayWithCluster, NO_ERROR } from './access-deps.ts'
import { writeQuotaEntity } from './wire-quota.ts'

type Request = KafkaRequest<'describeClientQuotas'>

const EXACT = 0
const DEFAULT = 1
const ANY = 2

export const describeClientQuotas: KafkaOperation<AccessOperationDeps, 'describeClientQuotas'> = {
  name: 'describeClientQuotas',
  async run(deps, request, context) {
    if (!mayWithCluster(deps, context, 'describe-configs')) {
      return { ...CLUSTER_DENIED, entries: null }
    }
    const problem = problemOf(request)
    if (problem !== undefined) return { ...invalidRequest(problem), entries: null }
    const quotas = await deps.quotas.list(context.connection)
    const entries = quotas
      .filter((quota) => matches(quota, request))
      .map(({ entity, rates }) => ({
        entity: writeQuotaEntity(entity),
        values: Object.entries(rates).map(([key, value]) => ({ key, value })),
      }))
    return { ...NO_ERROR, entries }
  },
}

function problemOf({ components }: Request): string | undefined {
  const types = components.map(({ entityType }) => entityType)
  const unknown = types.find((type) => type !== 'user' && type !== 'client-id')
  if (unknown !== undefined) {
    return `Quotas of the entity type '${unknown}' are not served: user and client-id are.`
  }
  if (new Set(types).size < types.length) return 'A filter names each entity type once.'
  for (const { matchType, match } of components) {
    if (matchType === EXACT && match === null) return 'An exact match needs a name.'
    if (matchType !== EXACT && match !== null) return 'Only an exact match has a name.'
    if (![EXACT, DEFAULT, ANY].includes(matchType)) return `Unknown match type ${matchType}.`
  }
  return undefined
}

function matches({ entity }: Quota, { components, strict }: Request): boolean {
  const parts = new Map(
    writeQuotaEntity(entity).map(({ entityType, entityName }) => [entityType, entityName]),
  )
  const isMatch = components.every(({ entityType, matchType, match }) => {
    const name = parts.get(entityType)
    if (name === undefined) return false
    // AWS's and Kafka's tools say "any" of those with a name and of the default alike.
    if (matchType === ANY) return true
    return matchType === DEFAULT ? name === null : name === match
  })
  return isMatch && (!strict || parts.size === components.length)
}
