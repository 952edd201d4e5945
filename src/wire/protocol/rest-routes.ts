import type { OperationModel, ServiceModel } from '../model/service-model.ts'
import { bindingsOf } from './http-bindings.ts'

/** A request line as routes see it. */
export interface RequestLine {
  readonly method: string
  readonly rawPath: string
  readonly query: ReadonlyMap<string, ReadonlyArray<string>>
  readonly headers: Readonly<Record<string, string | undefined>>
}

export interface RouteMatch {
  readonly operation: OperationModel
  /** Values of the path's labels, still percent-encoded. */
  readonly labels: Readonly<Record<string, string>>
}

export type MatchRoute = (request: RequestLine) => RouteMatch | undefined

interface Route {
  readonly operation: OperationModel
  readonly path: RegExp
  /** Parameters that the URI of the model spells out; `undefined` as value: any. */
  readonly literals: ReadonlyArray<readonly [name: string, value: string | undefined]>
  /** `x-id` of the model: only some SDKs send it, so it counts only when it is there. */
  readonly id: string | undefined
  readonly requiredQuery: ReadonlyArray<string>
  readonly requiredHeaders: ReadonlyArray<string>
  readonly weight: number
}

/**
 * Routes by method, path template, literal query and required query and header members; the most
 * specific wins. That is all that tells S3's 100 operations apart.
 */
export function compileRoutes(model: ServiceModel): MatchRoute {
  const byMethod = new Map<string, Route[]>()
  for (const operation of model.operations.values()) {
    if (!operation.http) continue
    const [method, uri] = operation.http
    const list = byMethod.get(method) ?? []
    list.push(routeOf(operation, uri, model.data.name))
    byMethod.set(method, list)
  }
  for (const list of byMethod.values()) {
    list.sort((a, b) => b.weight - a.weight || (a.operation.name < b.operation.name ? -1 : 1))
  }
  return (request) => {
    for (const route of byMethod.get(request.method) ?? []) {
      if (!hasParameters(route, request)) continue
      const found = route.path.exec(request.rawPath)
      if (found) return { operation: route.operation, labels: found.groups ?? {} }
    }
    return undefined
  }
}

function hasParameters(route: Route, { query, headers }: RequestLine): boolean {
  for (const [name, value] of route.literals) {
    const given = query.get(name)
    if (given === undefined || (value !== undefined && given[0] !== value)) return false
  }
  const id = query.get('x-id')?.[0]
  if (id !== undefined && route.id !== undefined && id !== route.id) return false
  return (
    route.requiredQuery.every((name) => query.has(name)) &&
    route.requiredHeaders.every((name) => headers[name] !== undefined)
  )
}

function routeOf(operation: OperationModel, uri: string, service: string): Route {
  const [template = '', queryText = ''] = uri.split('?')
  const path = service === 's3' ? inBucket(template, operation) : template
  const parameters = queryText === '' ? [] : queryText.split('&').map((text) => text.split('='))
  const bindings = bindingsOf(operation.input)
  const required = (bound: (typeof bindings)['query']) =>
    bound.filter(({ member }) => member.required).map(({ wireName }) => wireName)
  const literals = parameters
    .filter(([name]) => name !== 'x-id')
    .map(([name = '', value]): readonly [string, string | undefined] => [name, value || undefined])
  const requiredQuery = required(bindings.query)
  const requiredHeaders = required(bindings.headers)
  const labelCount = path.split('{').length - 1
  return {
    operation,
    path: pathPattern(path),
    literals,
    id: parameters.find(([name]) => name === 'x-id')?.[1],
    requiredQuery,
    requiredHeaders,
    weight:
      literals.length * 100 +
      (requiredQuery.length + requiredHeaders.length) * 10 -
      (path.includes('+}') ? 1 : 0) -
      labelCount * 0.1,
  }
}

// AWS: the model of S3 has the bucket in the host name; the server has put it before the path.
function inBucket(path: string, { input }: OperationModel): string {
  const hasBucket = input.members.some(({ name, traits }) => name === 'Bucket' && traits.httpLabel)
  if (!hasBucket || path.includes('{Bucket}')) return path
  return path === '/' ? '/{Bucket}' : `/{Bucket}${path}`
}

function pathPattern(template: string): RegExp {
  const source = template
    .replace(/\/$/, '')
    .replace(/[.$]/g, '\\$&')
    .replace(/\{(\w+)\+\}/g, '(?<$1>.+)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')
  return new RegExp(`^${source}/?$`)
}
