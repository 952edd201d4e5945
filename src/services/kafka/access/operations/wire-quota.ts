import type { QuotaEntity } from '../quota.ts'

/** An entity as messages write it: one part a kind; a name of null is the default of that kind. */
export type WireQuotaEntity = ReadonlyArray<{
  readonly entityType: string
  readonly entityName: string | null
}>

/** The entity, or why it cannot have a quota. */
export function readQuotaEntity(wire: WireQuotaEntity): QuotaEntity | string {
  const types = wire.map(({ entityType }) => entityType)
  if (types.length === 0) return 'Invalid empty client quota entity'
  const unknown = types.find((type) => type !== 'user' && type !== 'client-id')
  if (unknown !== undefined) {
    return `Quotas of the entity type '${unknown}' are not served: user and client-id are.`
  }
  if (new Set(types).size < types.length) return 'An entity names each of its types once.'
  if (wire.some(({ entityName }) => entityName === '')) {
    return 'Empty entity names are not taken: the default is written as null.'
  }
  const find = (type: string) => wire.find(({ entityType }) => entityType === type)
  const [user, client] = [find('user'), find('client-id')]
  return {
    ...(user && { user: user.entityName }),
    ...(client && { clientId: client.entityName }),
  }
}

export function writeQuotaEntity({ user, clientId }: QuotaEntity): WireQuotaEntity {
  return [
    ...(user === undefined ? [] : [{ entityType: 'user', entityName: user }]),
    ...(clientId === undefined ? [] : [{ entityType: 'client-id', entityName: clientId }]),
  ]
}
