import { formatArn, parseArn } from '../../base/arn.ts'
import type { Scope } from '../../base/scope.ts'

export interface Bus {
  readonly name: string
  readonly description?: string | undefined
  /** JSON; who of other accounts may send to it. */
  readonly policy?: string | undefined
  readonly tags?: Readonly<Record<string, string>>
  readonly createdMs: number
  readonly modifiedMs?: number
}

export function busArn({ accountId, region }: Scope, name: string): string {
  return formatArn({ service: 'events', accountId, region, resource: `event-bus/${name}` })
}

/** Whose bus a name or an ARN means; undefined when it is not one of a bus. */
export function busPlaceOf(
  scope: Scope,
  nameOrArn = 'default',
): { readonly scope: Scope; readonly name: string } | undefined {
  const arn = parseArn(nameOrArn)
  if (!arn) return { scope, name: nameOrArn }
  const { service, accountId, region, resource } = arn
  const isBus = service === 'events' && resource.startsWith('event-bus/')
  return isBus ? { scope: { accountId, region }, name: resource.slice(10) } : undefined
}
