import { formatArn } from '../../../base/arn.ts'
import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { limitExceeded, notFound } from '../event-errors.ts'
import { eventLimits } from '../limits.ts'
import { documentsAfter } from '../pages.ts'

export interface ApiDestination {
  readonly name: string
  /** Part of the ARN: another destination of the same name has another one. */
  readonly id: string
  readonly description?: string | undefined
  readonly connectionArn: string
  /** With `*` where targets put their path values. */
  readonly endpoint: string
  readonly method: string
  readonly perSecondMax: number
  readonly createdMs: number
  readonly modifiedMs: number
}

export type ApiDestinationRequest = Omit<ApiDestination, 'id' | 'createdMs' | 'modifiedMs'>

/** HTTP endpoints that rules send events to. */
export interface ApiDestinations {
  /** Rejects with `ResourceNotFoundException`. */
  get(scope: Scope, name: string): Promise<ApiDestination>
  /** Undefined also for the ARN of an earlier destination of the name. */
  findByArn(scope: Scope, arn: string): Promise<ApiDestination | undefined>
  create(scope: Scope, request: ApiDestinationRequest): Promise<ApiDestination>
  update(
    scope: Scope,
    name: string,
    changes: Partial<ApiDestinationRequest>,
  ): Promise<ApiDestination>
  remove(scope: Scope, name: string): Promise<void>
  walk(
    scope: Scope,
    page: { readonly prefix?: string | undefined; readonly after?: string | undefined },
  ): AsyncIterable<ApiDestination>
}

export function apiDestinationArn(
  { accountId, region }: Scope,
  { name, id }: Pick<ApiDestination, 'name' | 'id'>,
): string {
  const resource = `api-destination/${name}/${id}`
  return formatArn({ service: 'events', accountId, region, resource })
}

export function createApiDestinations(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): ApiDestinations {
  const { meta, clock, random } = deps
  const documents = createDocuments<ApiDestination>(meta, 'events/api-destination')

  return {
    async get(scope, name) {
      const found = await documents.get(scope, name)
      if (!found) throw noDestination(name)
      return found
    },
    async findByArn(scope, arn) {
      const [, name = ''] = arn.split('api-destination/')[1]?.match(/^([^/]+)\//) ?? []
      const found = name === '' ? undefined : await documents.getShared(scope, name)
      return found && apiDestinationArn(scope, found) === arn ? found : undefined
    },
    async create(scope, request) {
      const { apiDestinationsMax: max } = eventLimits
      if ((await documents.list(scope, { limit: max })).length >= max) throw limitExceeded()
      const nowMs = clock.wallMs()
      const times = { createdMs: nowMs, modifiedMs: nowMs }
      const destination = { ...request, id: random.uuid(), ...times }
      if (await documents.create(scope, [request.name], destination)) return destination
      throw new ServiceError(
        'ResourceAlreadyExistsException',
        `An api-destination '${request.name}' already exists.`,
      )
    },
    async update(scope, name, changes) {
      const changed = await documents.update(scope, [name], (current) => ({
        ...current,
        ...changes,
        modifiedMs: clock.wallMs(),
      }))
      if (!changed) throw noDestination(name)
      return changed
    },
    async remove(scope, name) {
      if (!(await documents.remove(scope, name))) throw noDestination(name)
    },
    walk: (scope, page) => documentsAfter(documents, scope, page),
  }
}

function noDestination(name: string): ServiceError {
  return notFound(
    `Failed to describe the api-destination(s). An api-destination '${name}' does not exist.`,
  )
}
