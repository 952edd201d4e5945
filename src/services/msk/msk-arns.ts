import { formatArn, parseArn } from '../../base/arn.ts'
import type { Scope } from '../../base/scope.ts'
import { badRequest } from './msk-errors.ts'

/** What an ARN of MSK says: the kind of resource and its names. */
export interface NamedResource {
  readonly name: string
  /** A UUID and a number, which AWS puts behind every name. */
  readonly id: string
}

export function clusterArn(scope: Scope, { name, id }: NamedResource): string {
  return formatArn({ service: 'kafka', ...scope, resource: `cluster/${name}/${id}` })
}

export function configurationArn(scope: Scope, { name, id }: NamedResource): string {
  return formatArn({ service: 'kafka', ...scope, resource: `configuration/${name}/${id}` })
}

export function operationArn(scope: Scope, cluster: NamedResource, operationId: string): string {
  const resource = `cluster-operation/${cluster.name}/${cluster.id}/${operationId}`
  return formatArn({ service: 'kafka', ...scope, resource })
}

export function topicArn(scope: Scope, cluster: NamedResource, topic: string): string {
  const resource = `topic/${cluster.name}/${cluster.id}/${topic}`
  return formatArn({ service: 'kafka', ...scope, resource })
}

/** Throws `BadRequestException` for what is no ARN of a cluster of this account and region. */
export function parseClusterArn(scope: Scope, arn: string): NamedResource {
  const [name = '', id = ''] = partsOf(scope, arn, 'cluster', 2, 'clusterArn')
  return { name, id }
}

export function parseConfigurationArn(scope: Scope, arn: string): NamedResource {
  const [name = '', id = ''] = partsOf(scope, arn, 'configuration', 2, 'arn')
  return { name, id }
}

export function parseOperationArn(
  scope: Scope,
  arn: string,
): { readonly cluster: NamedResource; readonly operationId: string } {
  const parts = partsOf(scope, arn, 'cluster-operation', 3, 'clusterOperationArn')
  const [name = '', id = '', operationId = ''] = parts
  return { cluster: { name, id }, operationId }
}

function partsOf(
  scope: Scope,
  text: string,
  kind: string,
  count: number,
  parameter: string,
): ReadonlyArray<string> {
  const arn = parseArn(text)
  const [head, ...parts] = arn?.resource.split('/') ?? []
  const isOurs =
    arn?.service === 'kafka' && arn.region === scope.region && arn.accountId === scope.accountId
  if (!isOurs || head !== kind || parts.length !== count) {
    throw badRequest('One or more of the parameters are not valid.', parameter)
  }
  return parts
}
