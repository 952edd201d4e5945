import { formatArn, parseArn } from '../../base/arn.ts'
import type { Scope } from '../../base/scope.ts'
import { badRequest } from './connect-errors.ts'

/** What an ARN of MSK Connect says: the names of a resource. */
export interface NamedResource {
  readonly name: string
  /** A UUID and a number, which AWS puts behind every name. */
  readonly id: string
}

export type ResourceKind = 'connector' | 'custom-plugin' | 'worker-configuration'

export function arnOf(scope: Scope, kind: ResourceKind, { name, id }: NamedResource): string {
  return formatArn({ service: 'kafkaconnect', ...plain(scope), resource: `${kind}/${name}/${id}` })
}

export function operationArn(scope: Scope, connector: NamedResource, operationId: string): string {
  const resource = `connector-operation/${connector.name}/${connector.id}/${operationId}`
  return formatArn({ service: 'kafkaconnect', ...plain(scope), resource })
}

/** Throws `BadRequestException` for what is no ARN of that kind in this account and region. */
export function parseArnOf(scope: Scope, kind: ResourceKind, text: string): NamedResource {
  const [name = '', id = ''] = partsOf(scope, kind, 2, text)
  return { name, id }
}

export function parseOperationArn(
  scope: Scope,
  text: string,
): { readonly connector: NamedResource; readonly operationId: string } {
  const [name = '', id = '', operationId = ''] = partsOf(scope, 'connector-operation', 3, text)
  return { connector: { name, id }, operationId }
}

/** The kind of resource that an ARN names; for tags, which all kinds have. */
export function kindOfArn(text: string): string {
  return parseArn(text)?.resource.split('/')[0] ?? ''
}

function partsOf(scope: Scope, kind: string, count: number, text: string): ReadonlyArray<string> {
  const arn = parseArn(text)
  const [head, ...parts] = arn?.resource.split('/') ?? []
  const isOurs =
    arn?.service === 'kafkaconnect' &&
    arn.region === scope.region &&
    arn.accountId === scope.accountId
  if (!isOurs || head !== kind || parts.length !== count) {
    throw badRequest(`'${text}' is no ARN of a ${kind} of this account and region.`)
  }
  return parts
}

/** A scope may be a whole request context, of which an ARN shows two members. */
function plain({ accountId, region }: Scope): Scope {
  return { accountId, region }
}
